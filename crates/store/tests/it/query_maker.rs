//! Filters and orders by chance, of everything that can be asked of registrants.

use domain::query::{Comparison, Filter, Function, Literal, Order, Property};
use domain::{Person, QuestionId, Registrant};
use uuid::Uuid;

/// Chance that repeats itself: xorshift64.
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides as u64) as usize
    }

    pub fn pick<'t, T>(&mut self, all: &'t [T]) -> &'t T {
        &all[self.roll(all.len())]
    }
}

/// Names that differ in what databases see differently: case in several alphabets, signs that LIKE knows, letters that
/// have no single small one, order beyond ASCII.
pub const NAMES: [&str; 16] = [
    "Ann",
    "ann",
    "ANNA",
    "Åsa",
    "åSA",
    "Zoë",
    "zoe",
    "100%",
    "a_b",
    "a!b",
    "O'Brien",
    "Weiß",
    "İzmir",
    "ΝΙΚΟΣ",
    "Жук",
    "~",
];
pub const ANSWERS: [&str; 7] = ["", "Loire", "LOIRE", "Ånn", "50% _!", "null", "it's \"so\""];

/// Filters made by chance, of everything that can be asked and of values that are there or nearly.
pub struct Maker<'a> {
    pub dice: Dice,
    pub everybody: &'a [Registrant],
    pub questions: Vec<QuestionId>,
    pub is_external: bool,
}

impl Maker<'_> {
    pub fn filter(&mut self, depth: usize) -> Filter {
        match self.dice.roll(if depth == 0 { 4 } else { 9 }) {
            5 => Filter::And(vec![self.filter(depth - 1), self.filter(depth - 1)]),
            6 => Filter::Or(vec![self.filter(depth - 1), self.filter(depth - 1), self.filter(0)]),
            7 => Filter::Not(Box::new(self.filter(depth - 1))),
            8 if !self.is_external => {
                let of_one = (self.dice.roll(6) > 0).then(|| Box::new(self.of_answer(depth - 1)));
                Filter::AnyAnswer(of_one)
            }
            _ => {
                let properties: &[Property] = if self.is_external {
                    &[Property::Id, Property::UserId, Property::TenantId]
                } else {
                    &[
                        Property::Id,
                        Property::RegistrationDateTime,
                        Property::FirstName,
                        Property::LastName,
                        Property::Email,
                        Property::Status,
                    ]
                };
                let property = *self.dice.pick(properties);
                self.leaf(property)
            }
        }
    }

    fn of_answer(&mut self, depth: usize) -> Filter {
        match self.dice.roll(if depth == 0 { 3 } else { 6 }) {
            3 => Filter::And(vec![self.of_answer(depth - 1), self.of_answer(depth - 1)]),
            4 => Filter::Or(vec![self.of_answer(depth - 1), self.of_answer(depth - 1)]),
            5 => Filter::Not(Box::new(self.of_answer(depth - 1))),
            _ => {
                let property =
                    *self.dice.pick(&[Property::QuestionId, Property::DisplayName, Property::Value]);
                self.leaf(property)
            }
        }
    }

    fn leaf(&mut self, property: Property) -> Filter {
        let literal = self.literal(property);
        let has_order =
            matches!(literal, Literal::Text(_) | Literal::Instant(_) | Literal::Null | Literal::Exact(_));
        match (self.dice.roll(4), &literal) {
            (0, Literal::Text(text) | Literal::Exact(text)) if property != Property::Status => {
                let part: String = text.chars().skip(self.dice.roll(3)).take(1 + self.dice.roll(4)).collect();
                let function =
                    *self.dice.pick(&[Function::StartsWith, Function::EndsWith, Function::Contains]);
                Filter::Text(property, function, part)
            }
            (1, _) => Filter::In(property, vec![literal, self.literal(property), self.literal(property)]),
            _ => {
                let all = [
                    Comparison::Eq,
                    Comparison::Ne,
                    Comparison::Gt,
                    Comparison::Ge,
                    Comparison::Lt,
                    Comparison::Le,
                ];
                let comparison = *self.dice.pick(if has_order { &all } else { &all[..2] });
                Filter::Compare(property, comparison, literal)
            }
        }
    }

    fn literal(&mut self, property: Property) -> Literal {
        if self.dice.roll(8) == 0 {
            return Literal::Null;
        }
        let somebody = self.dice.pick(self.everybody);
        let turned = |text: &str, n: usize| match n {
            0 => text.to_uppercase(),
            1 => text.to_lowercase(),
            2 => text.chars().take(2).collect(),
            _ => text.to_owned(),
        };
        match property {
            Property::FirstName | Property::LastName => {
                Literal::Text(turned(self.dice.pick::<&str>(&NAMES), self.dice.roll(5)))
            }
            Property::Email => {
                let address = match &somebody.person {
                    Some(Person::Named { named, .. }) => named.email.as_typed(),
                    _ => "nobody@pine.example",
                };
                Literal::Text(turned(address, self.dice.roll(5)))
            }
            Property::Value => Literal::Text(turned(self.dice.pick::<&str>(&ANSWERS), self.dice.roll(5))),
            Property::DisplayName => {
                Literal::Text((*self.dice.pick(&["which river?", "Which", "z", ""])).to_owned())
            }
            Property::Status => {
                Literal::Exact((*self.dice.pick(&["registered", "canceled", "processing"])).to_owned())
            }
            Property::RegistrationDateTime => Literal::Instant(somebody.registered_at),
            Property::QuestionId => {
                let known = self.dice.roll(4) > 0;
                Literal::Id(known.then(|| self.dice.pick(&self.questions).0))
            }
            Property::Id => match &somebody.person {
                Some(Person::External { external_id, .. }) => {
                    Literal::Exact(turned(external_id, self.dice.roll(6)))
                }
                _ => Literal::Id((self.dice.roll(4) > 0).then_some(somebody.id.0)),
            },
            _ => Literal::Id((self.dice.roll(4) > 0).then(|| Uuid::from_u128(self.dice.roll(3) as u128))),
        }
    }

    pub fn orders(&mut self) -> Vec<Order> {
        let properties: &[Property] = if self.is_external {
            &[Property::Id]
        } else {
            &[
                Property::LastName,
                Property::FirstName,
                Property::Status,
                Property::RegistrationDateTime,
                Property::Email,
                Property::Id,
            ]
        };
        let mut orders: Vec<Order> = Vec::new();
        for _ in 0..self.dice.roll(4) {
            let order =
                Order { property: *self.dice.pick(properties), is_descending: self.dice.roll(2) == 0 };
            if orders.iter().all(|known| known.property != order.property) {
                orders.push(order);
            }
        }
        orders
    }
}
