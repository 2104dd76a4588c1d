//! Reading people from CSV, with the columns that Entra exports.

use std::collections::HashMap;
use std::io::Read;

use domain::person::DirectoryPerson;
use domain::{Email, PersonId};
use uuid::Uuid;

/// Reads a list of people, or names every line at fault. Columns are found by their heading, in any case and
/// order: `id` (or `objectId`) and `userPrincipalName` are needed; `mail`, `givenName`, `surname`,
/// `displayName`, `preferredLanguage` and `accountEnabled` are read when they are there, others passed over.
pub(super) fn read(input: impl Read) -> Result<Vec<(PersonId, DirectoryPerson)>, Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(input);
    let headings = reader.headers().map_err(|error| vec![format!("the headings cannot be read: {error}")])?;
    let columns: HashMap<String, usize> = headings
        .iter()
        .enumerate()
        .map(|(n, heading)| (heading.trim_start_matches('\u{feff}').to_ascii_lowercase(), n))
        .collect();
    let mut problems: Vec<String> =
        [("id", ["id", "objectid"]), ("userPrincipalName", ["userprincipalname", "userprincipalname"])]
            .into_iter()
            .filter(|(_, keys)| !keys.iter().any(|key| columns.contains_key(*key)))
            .map(|(name, _)| {
                format!("the column `{name}` is missing: a list separated by commas has it in its first line")
            })
            .collect();
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut people = Vec::new();
    let mut seen: HashMap<String, u64> = HashMap::new();
    for record in reader.into_records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                problems.push(unreadable(&error));
                continue;
            }
        };
        let line = record.position().map_or(0, csv::Position::line);
        let cell =
            |name: &str| columns.get(name).and_then(|n| record.get(*n)).filter(|text| !text.is_empty());
        match read_person(record.iter().any(|text| text.contains('\0')), cell) {
            Ok((id, person)) => {
                for key in [id.to_string(), person.upn.to_lowercase()] {
                    if let Some(before) = seen.insert(key.clone(), line) {
                        problems.push(format!("line {line}: `{key}` stands in line {before} already"));
                    }
                }
                people.push((id, person));
            }
            Err(problem) => problems.push(format!("line {line}: {problem}")),
        }
    }
    if problems.is_empty() { Ok(people) } else { Err(problems) }
}

fn unreadable(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::UnequalLengths { pos, expected_len, len } => {
            let line = pos.as_ref().map_or(0, csv::Position::line);
            format!("line {line}: it has {len} cells, and the first line {expected_len}")
        }
        _ => error.to_string(),
    }
}

fn read_person<'c>(
    is_foul: bool,
    cell: impl Fn(&str) -> Option<&'c str>,
) -> Result<(PersonId, DirectoryPerson), String> {
    if is_foul {
        return Err("a cell holds a NUL character".to_owned());
    }
    let id = cell("id").or_else(|| cell("objectid")).ok_or("the `id` is missing")?;
    let id = Uuid::try_parse(id).map_err(|_| format!("the `id` `{id}` is no GUID"))?;
    let upn = cell("userprincipalname").ok_or("the `userPrincipalName` is missing")?;
    let mail = cell("mail");
    if mail.is_some_and(|mail| Email::parse(mail).is_err()) {
        return Err(format!("`mail` is no e-mail address: `{}`", mail.unwrap_or_default()));
    }
    let text = |name: &str| cell(name).map(str::to_owned);
    let is_active = match cell("accountenabled").map(str::to_ascii_lowercase).as_deref() {
        None | Some("true") => true,
        Some("false") => false,
        Some(other) => return Err(format!("`accountEnabled` is `True` or `False`, not `{other}`")),
    };
    let person = DirectoryPerson {
        id: Some(PersonId(id)),
        upn: upn.to_owned(),
        mail: text("mail"),
        given_name: text("givenname"),
        surname: text("surname"),
        display_name: text("displayname"),
        language: text("preferredlanguage"),
        is_active,
    };
    Ok((PersonId(id), person))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entras_export_is_read() {
        let csv = "\u{feff}userPrincipalName,displayName,surname,mail,givenName,id,accountEnabled,jobTitle\n\
            ines@riverbend.example,Ines Calloway,Calloway,ines.calloway@riverbend.example,Ines,\
            2b9e61d4-70cf-4e0b-8a35-c1f7d92e4460,True,Head\n\
            \"tomas@riverbend.example\",\"Virtanen, Tomas\",Virtanen,,Tomas,a4c83f17-52d6-4b9e-b0e1-3f6a7d28c915,False,\n";

        let people = read(csv.as_bytes()).unwrap();

        assert_eq!(people.len(), 2);
        assert_eq!(people[0].1.mail.as_deref(), Some("ines.calloway@riverbend.example"));
        assert_eq!(people[1].1.display_name.as_deref(), Some("Virtanen, Tomas"));
        assert_eq!((people[0].1.is_active, people[1].1.is_active), (true, false));
        assert_eq!(people[1].1.mail, None);
    }

    #[test]
    fn every_line_at_fault_is_named() {
        let csv = "objectId,userPrincipalName,accountEnabled\n\
            nonsense,a@x.example,True\n\
            2b9e61d4-70cf-4e0b-8a35-c1f7d92e4460,,True\n\
            2b9e61d4-70cf-4e0b-8a35-c1f7d92e4460,b@x.example,perhaps\n\
            2b9e61d4-70cf-4e0b-8a35-c1f7d92e4461,c@x.example,True\n\
            2b9e61d4-70cf-4e0b-8a35-c1f7d92e4462,C@x.example,True\n\
            2b9e61d4-70cf-4e0b-8a35-c1f7d92e4463,d@x.example\n";

        assert_eq!(
            read(csv.as_bytes()).unwrap_err(),
            [
                "line 2: the `id` `nonsense` is no GUID",
                "line 3: the `userPrincipalName` is missing",
                "line 4: `accountEnabled` is `True` or `False`, not `perhaps`",
                "line 6: `c@x.example` stands in line 5 already",
                "line 7: it has 2 cells, and the first line 3",
            ]
        );
        assert_eq!(read("name\nx\n".as_bytes()).unwrap_err().len(), 2);
    }
}
