//! Prints the generated views of the record layout: `layout snapshot|typescript|c`.

fn main() {
    let view = std::env::args().nth(1);
    match view.as_deref() {
        Some("snapshot") => print!("{}", monomi_record::snapshot()),
        Some("typescript") => print!("{}", monomi_record::typescript()),
        Some("c") => print!("{}", monomi_record::c_header()),
        _ => {
            eprintln!("usage: layout snapshot|typescript|c");
            std::process::exit(2);
        }
    }
}
