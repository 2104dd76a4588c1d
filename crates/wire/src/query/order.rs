//! `$orderby`: properties, each with its direction.

use domain::query::{Order, Property, bound};

use super::Fault;
use super::list::{Kind, List, Member};
use super::parser::Parser;
use super::token::Token;

/// Reads an order.
pub(super) fn read_orders(text: &str, list: &'static List) -> Result<Vec<Order>, Fault> {
    let mut parser = Parser::new(text, list, &|_, _| None)?;
    let mut orders: Vec<Order> = Vec::new();
    loop {
        let column = parser.column();
        let Member { property, kind } = parser.member()?;
        // Ids of ours stand for the order of arrival; others, of people and directories, for none.
        if kind == Kind::Id && property != Property::Id {
            return Err(Fault::at(column, format!("no list is ordered by `{}`", property.name())));
        }
        if orders.iter().any(|order| order.property == property) {
            return Err(Fault::at(column, format!("`{}` is there twice", property.name())));
        }
        if orders.len() == bound::ORDERS {
            return Err(Fault::at(
                column,
                format!("a list is ordered by {} properties at most", bound::ORDERS),
            ));
        }
        let is_descending = parser.takes("desc");
        if !is_descending {
            parser.takes("asc");
        }
        orders.push(Order { property, is_descending });
        match parser.next() {
            Token::Comma => {}
            Token::End => return Ok(orders),
            other => {
                return Err(parser.fault_before(format!("{} stands where a comma would", other.describe())));
            }
        }
    }
}
