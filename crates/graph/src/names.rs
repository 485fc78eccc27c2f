//! How names are compared.

/// Lower case, letters and digits only: `Order_Service` and `order-service` are one.
pub fn normal(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The words of a name, lower case: split at what is no letter or digit, and at `aB`.
pub fn words(name: &str) -> Vec<String> {
    let (mut out, mut word, mut lower) = (Vec::new(), String::new(), false);
    for c in name.chars() {
        if (!c.is_alphanumeric() || (c.is_uppercase() && lower)) && !word.is_empty() {
            out.push(std::mem::take(&mut word));
        }
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        }
        lower = c.is_lowercase() || c.is_numeric();
    }
    if !word.is_empty() {
        out.push(word);
    }
    out
}

/// Words that say what a component is and not which: dropped when names are compared loosely.
const GENERIC: &[&str] = &[
    "service",
    "services",
    "svc",
    "server",
    "microservice",
    "app",
    "application",
    "api",
    "component",
    "backend",
    "module",
    "ms",
];

/// The words of a name without the generic ones at its end; all of them if nothing else is left.
pub fn stem(name: &str) -> String {
    let mut words = words(name);
    while words.len() > 1 && words.last().is_some_and(|w| GENERIC.contains(&w.as_str())) {
        words.pop();
    }
    words.concat()
}

/// Words that mean a store.
const STORE: &[&str] = &["db", "database", "store", "datastore", "storage", "dbms"];

/// The name of whom a store is of: `orders-db` and `Orders Database` are `orders`. `None` when it names no store.
pub fn store_owner(name: &str, technologies: &[&str]) -> Option<String> {
    let words = words(name);
    let store = |w: &String| STORE.contains(&w.as_str()) || technologies.contains(&w.as_str());
    let rest: Vec<&String> = words.iter().filter(|w| !store(w)).collect();
    if rest.len() == words.len() || rest.is_empty() {
        return None;
    }
    Some(stem(&rest.iter().map(|w| w.as_str()).collect::<Vec<_>>().join("-")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_differ_in_style_or_generic_ending_are_close() {
        assert_eq!(normal("Order_Service"), normal("order-service"));
        assert_eq!(stem("OrderService"), "order");
        assert_eq!(stem("api-server"), "api");
        assert_eq!(stem("discovery server"), "discovery");
        assert_eq!(store_owner("Orders Database", &[]), Some("orders".into()));
        assert_eq!(store_owner("orders-mysql", &["mysql"]), Some("orders".into()));
        assert_eq!(store_owner("orders", &[]), None);
        assert_eq!(words("HTTPServer2Go"), ["httpserver2", "go"]);
    }
}
