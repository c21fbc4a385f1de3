//! Structs and statements that are held against the migrations: misspell a column, drop an `Option`, and it does not
//! compile.

mod invoice;

use chrono::NaiveDate;
use onward::rusqlite::{Connection, Result};
use onward::{Insert, Json, Migrations, Row, Table, Update, migrations, query, query_as, query_scalar, sql};
use serde::{Deserialize, Serialize};

use invoice::{Invoice, Line, State};

static MIGRATIONS: Migrations = migrations!();

/// A row of `customers`. The database gives the id.
#[derive(Debug, Row)]
#[onward(table = "customers")]
struct Customer {
    #[onward(read_only)]
    id: i64,
    name: String,
    email: Option<String>,
    notes: Json<Notes>,
}

/// What the JSON column holds.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Notes {
    #[serde(default)]
    tags: Vec<String>,
    born: Option<NaiveDate>,
}

/// A new customer, for writing only: it borrows, and leaves the rest to the defaults.
#[derive(Row)]
#[onward(table = "customers")]
struct NewCustomer<'a> {
    name: &'a str,
    email: Option<&'a str>,
}

/// A row of the view `totals`.
#[derive(Debug, Row)]
#[onward(table = "totals")]
struct Total {
    #[onward(rename = "customer")]
    id: i64,
    name: String,
    invoices: i64,
    /// Of no lines there is no sum.
    cents: Option<i64>,
}

/// Not a table's: checked at each query that gives it.
#[derive(Debug, Row)]
struct Open {
    name: String,
    email: Option<String>,
    #[onward(flatten)]
    invoice: Invoice,
}

fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let mut conn = Connection::open_in_memory()?;
    MIGRATIONS.apply(&mut conn)?;
    fill(&conn)?;

    // A statement of one's own with a struct's columns.
    let mut statement = conn.prepare(Customer::SELECT)?;
    let customers = statement.query_map([], Customer::from_row)?.collect::<Result<Vec<_>>>()?;
    println!("{customers:#?}");

    // What comes after the SELECT is checked as well.
    let since = NaiveDate::from_ymd_opt(2026, 1, 1);
    let open = query_as!(
        Open,
        "SELECT customers.name, customers.email, invoices.*
         FROM invoices
         JOIN customers ON customers.id = invoices.customer
         WHERE state = ? AND issued >= :since
         ORDER BY issued",
        State::Sent,
    );
    let mut open = open.prepare(&conn)?;
    for row in open.iter() {
        let Open { name, email, invoice } = row?;
        println!(
            "{name} ({}) has not paid {} of {}",
            email.as_deref().unwrap_or("no address"),
            invoice.id,
            invoice.issued
        );
    }

    // A struct made for one statement: of a LEFT JOIN, the right side may be missing.
    let rows = query!(
        "SELECT name, what, euros, issued AS \"issued: NaiveDate\"
         FROM customers
         LEFT JOIN invoices ON invoices.customer = customers.id
         LEFT JOIN lines ON lines.invoice = invoices.id
         ORDER BY name, number"
    );
    for row in rows.all(&conn)? {
        let what: Option<&str> = row.what.as_deref();
        let issued: Option<NaiveDate> = row.issued;
        println!(
            "{:<8} {:<10} {:>8.2} {issued:?}",
            row.name,
            what.unwrap_or("nothing"),
            row.euros.unwrap_or_default()
        );
    }

    for total in query_as!(Total, "SELECT * FROM totals").all(&conn)? {
        println!("{} {}: {} for {:?} cents", total.id, total.name, total.invoices, total.cents);
    }
    let paid = query_scalar!("SELECT count(*) FROM invoices WHERE paid_at IS NOT NULL").one(&conn)?;
    println!("{paid} paid, {} lines", query!(file = "lines.sql", least = 500).all(&conn)?.len());
    Ok(())
}

fn fill(conn: &Connection) -> Result<()> {
    let ada = NewCustomer { name: "Ada", email: Some("ada@example.org") }.insert(conn)?;
    NewCustomer { name: "Grace", email: None }.insert(conn)?;

    let mut invoice = Invoice::new(ada, time::macros::date!(2026 - 02 - 01));
    invoice.insert(conn)?;
    for (number, (what, cents)) in [("Engine", 129_900), ("Punch cards", 450)].into_iter().enumerate() {
        Line { invoice: invoice.id, number: number as u32, what, cents }.insert(conn)?;
    }
    invoice.state = State::Sent;
    assert!(invoice.update(conn)?);

    let mut customer =
        conn.query_row(sql!("SELECT * FROM customers WHERE id = ?1"), [ada], Customer::from_row)?;
    customer.notes.0.tags.push("mathematics".to_owned());
    customer.notes.0.born = NaiveDate::from_ymd_opt(1815, 12, 10);
    assert!(customer.update(conn)?);
    Ok(())
}
