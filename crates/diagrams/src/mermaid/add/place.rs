//! Where a new line goes: behind the lines it is like, outside all groups, never into the middle of a statement.

use super::Writer;
use crate::mermaid::sheet::Statement;

impl Writer<'_, '_> {
    /// For flowcharts: near the box's other lines, else behind the last line that stands outside all subgraphs. Where
    /// styles count lines, behind all of them.
    pub(super) fn flow_row(&self, from: &str) -> Option<usize> {
        let arrows = || self.sheet.statements.iter().filter(|s| s.arrow.is_some());
        let outer = || arrows().filter(|s| s.depth == 0);
        let draws_from = |s: &&Statement| {
            let drawn = self.sheet.lines.get(s.lines.clone()).unwrap_or(&[]);
            drawn.iter().any(|l| l.from == from)
        };
        let anchor = match self.sheet.numbered {
            true => arrows().next_back(),
            false => {
                outer().rfind(draws_from).or_else(|| outer().next_back()).or_else(|| arrows().next_back())
            }
        };
        match anchor {
            Some(anchor) => self.first_free_row(self.row_of_end(anchor)),
            None => self.outer_row(),
        }
    }

    /// Behind the last line outside all groups, or else behind the group that has the last line.
    pub(super) fn last_arrow_row(&self) -> Option<usize> {
        let arrows = || self.sheet.statements.iter().filter(|s| s.arrow.is_some());
        match arrows().rfind(|s| s.depth == 0).or_else(|| arrows().next_back()) {
            Some(anchor) => self.first_free_row(self.row_of_end(anchor)),
            None => self.outer_row(),
        }
    }

    /// Behind the last line, wherever it stands.
    pub(super) fn last_arrow_row_at_any_depth(&self) -> Option<usize> {
        let last = self.sheet.statements.iter().rfind(|s| s.arrow.is_some())?;
        let row = self.row_of_end(last);
        self.state_after(row).map(|_| row)
    }

    /// Behind the last statement outside all groups that is no style, or behind the header.
    pub(super) fn outer_row(&self) -> Option<usize> {
        let is_style = |s: &&Statement| {
            let text = self.source.text.get(s.range.clone()).unwrap_or("");
            ["class ", "classDef ", "style ", "linkStyle ", "click ", "Update"]
                .iter()
                .any(|w| text.starts_with(w))
        };
        let last = self.sheet.statements.iter().rfind(|s| s.depth == 0 && !is_style(s));
        self.first_free_row(last.map_or(self.header_row(), |s| self.row_of_end(s)))
    }

    fn row_of_end(&self, statement: &Statement) -> usize {
        self.source.row_of(statement.range.end.saturating_sub(1))
    }

    /// The first row from this one on after which a new statement stands outside all groups.
    fn first_free_row(&self, row: usize) -> Option<usize> {
        (row..self.source.row_count()).find(|r| self.state_after(*r) == Some(0))
    }

    /// Number of open groups after a row; `None` inside a statement.
    fn state_after(&self, row: usize) -> Option<usize> {
        let end = self.source.row_end(row);
        let next = self.sheet.statements.partition_point(|s| s.range.end <= end);
        let inside = self.sheet.statements.get(next).is_some_and(|s| s.range.start < end);
        let before = next.checked_sub(1).and_then(|i| self.sheet.statements.get(i));
        (!inside).then_some(before.map_or(0, |s| s.depth))
    }
}
