//! Which configuration profiles hold: names, and the expressions that Spring and others write with `!`, `&`, `|` and
//! brackets (Spring Framework reference, `Environment.acceptsProfiles`).

use std::collections::BTreeSet;

/// Whether something holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holds {
    /// Known not to.
    No,
    /// Nothing says.
    Perhaps,
    /// Known to.
    Yes,
}

impl Holds {
    fn not(self) -> Self {
        match self {
            Holds::No => Holds::Yes,
            Holds::Perhaps => Holds::Perhaps,
            Holds::Yes => Holds::No,
        }
    }
}

/// What is known of the active profiles.
#[derive(Debug, Clone, Default)]
pub struct Active {
    /// Their names, lower case; `None` when nothing in the tree says which they are.
    pub names: Option<BTreeSet<String>>,
    /// Something sets them, to a value that is not known.
    pub elsewhere: bool,
}

impl Active {
    /// Whether something marked with these profiles holds: any of them is enough, none at all means always.
    pub fn holds(&self, profiles: &[String]) -> Holds {
        if profiles.is_empty() {
            return Holds::Yes;
        }
        profiles
            .iter()
            .map(|p| Expression { active: self, rest: p.trim() }.read(0))
            .max()
            .unwrap_or(Holds::Yes)
    }

    fn name(&self, name: &str) -> Holds {
        // The profile of this name holds when no other is active (Spring Boot reference, "Profiles").
        let default = name.eq_ignore_ascii_case("default");
        match &self.names {
            Some(active) if active.contains(&name.to_lowercase()) => Holds::Yes,
            Some(active) if default && active.is_empty() => Holds::Yes,
            Some(_) => Holds::No,
            None if default && self.elsewhere => Holds::No,
            None if default => Holds::Yes,
            None => Holds::Perhaps,
        }
    }
}

/// Brackets within brackets read; deeper ones hold perhaps.
const NESTING_MAX: usize = 16;

struct Expression<'a> {
    active: &'a Active,
    rest: &'a str,
}

impl Expression<'_> {
    fn read(mut self, depth: usize) -> Holds {
        self.any(depth)
    }

    fn any(&mut self, depth: usize) -> Holds {
        let mut value = self.all(depth);
        while self.take('|') {
            value = value.max(self.all(depth));
        }
        value
    }

    fn all(&mut self, depth: usize) -> Holds {
        let mut value = self.one(depth);
        while self.take('&') {
            value = value.min(self.one(depth));
        }
        value
    }

    fn one(&mut self, depth: usize) -> Holds {
        if depth > NESTING_MAX {
            self.rest = "";
            return Holds::Perhaps;
        }
        if self.take('!') {
            return self.one(depth + 1).not();
        }
        if self.take('(') {
            let value = self.any(depth + 1);
            self.take(')');
            return value;
        }
        let end = self.rest.find(['|', '&', '!', '(', ')']).unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        self.rest = rest;
        self.active.name(name.trim())
    }

    fn take(&mut self, mark: char) -> bool {
        let rest = self.rest.trim_start();
        let taken = rest.strip_prefix(mark);
        self.rest = taken.unwrap_or(rest);
        taken.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_hold_as_far_as_is_known() {
        let known = Active { names: Some(BTreeSet::from(["docker".into(), "eu".into()])), elsewhere: false };
        let holds = |text: &str| known.holds(&[text.to_string()]);
        assert_eq!(holds("docker"), Holds::Yes);
        assert_eq!(holds("!docker"), Holds::No);
        assert_eq!(holds("docker & !local"), Holds::Yes);
        assert_eq!(holds("prod | (docker & eu)"), Holds::Yes);
        assert_eq!(holds("default"), Holds::No);
        assert_eq!(known.holds(&["prod".into(), "Docker".into()]), Holds::Yes);
        let nothing = Active::default();
        assert_eq!(nothing.holds(&["docker".into()]), Holds::Perhaps);
        assert_eq!(nothing.holds(&["default".into()]), Holds::Yes);
        assert_eq!(nothing.holds(&[]), Holds::Yes);
        let elsewhere = Active { names: None, elsewhere: true };
        assert_eq!(elsewhere.holds(&["default".into()]), Holds::No);
        assert_eq!(nothing.holds(&["!".repeat(10_000)]), Holds::Perhaps);
    }
}
