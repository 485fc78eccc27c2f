//! The order of boxes in each column and their height on the page.
//!
//! Everything that stands in the page on its own is a block: a group with all its members, a box without a group, or
//! a point where a long line passes a column. Blocks have one order for the whole page, so a group stays together in
//! every column; the order is improved by barycentres and by swapping neighbours, both a fixed number of times.

use std::ops::Range;

/// A box or passing point.
#[derive(Debug, Clone)]
pub(super) struct Node {
    /// Column.
    pub rank: usize,
    /// Height in pixels.
    pub height: f64,
    /// Which group it stands in.
    pub group: Option<usize>,
    /// A point of a line, not a box.
    pub passing: bool,
}

#[derive(Debug, Clone)]
struct Block {
    /// In their order; one of no group is alone.
    members: Vec<usize>,
    ranks: Range<usize>,
    group: bool,
    height: f64,
}

/// Room above the members of a group, for its name.
const GROUP_TOP: f64 = 30.0;
/// Room below the members of a group.
const GROUP_BOTTOM: f64 = 14.0;

pub(super) struct Order<'a> {
    nodes: &'a [Node],
    left: Vec<Vec<usize>>,
    right: Vec<Vec<usize>>,
    segments: &'a [(usize, usize)],
    ranks: usize,
    blocks: Vec<Block>,
    order: Vec<usize>,
    /// Top of each block.
    top: Vec<f64>,
    /// Top of each node inside its block.
    inner: Vec<f64>,
    block_of: Vec<usize>,
}

impl<'a> Order<'a> {
    /// `segments` join nodes of neighbouring columns.
    pub fn new(nodes: &'a [Node], segments: &'a [(usize, usize)]) -> Self {
        let (mut left, mut right) = (vec![vec![]; nodes.len()], vec![vec![]; nodes.len()]);
        for (a, b) in segments {
            right[*a].push(*b);
            left[*b].push(*a);
        }
        let groups = nodes.iter().filter_map(|n| n.group).max().map_or(0, |g| g + 1);
        let empty = Block { members: vec![], ranks: 0..0, group: true, height: 0.0 };
        let mut blocks = vec![empty; groups];
        let mut block_of = Vec::with_capacity(nodes.len());
        for (at, node) in nodes.iter().enumerate() {
            let of = node.group.unwrap_or(blocks.len());
            if node.group.is_none() {
                let ranks = node.rank..node.rank + 1;
                blocks.push(Block { members: vec![], ranks, group: false, height: node.height });
            }
            let block = &mut blocks[of];
            block.members.push(at);
            let first = block.members.len() == 1;
            let start = if first { node.rank } else { block.ranks.start.min(node.rank) };
            block.ranks = start..block.ranks.end.max(node.rank + 1);
            block_of.push(of);
        }
        let ranks = nodes.iter().map(|n| n.rank + 1).max().unwrap_or(0);
        let order = (0..blocks.len()).filter(|b| !blocks[*b].members.is_empty()).collect();
        let (top, inner) = (vec![0.0; blocks.len()], vec![0.0; nodes.len()]);
        Order { nodes, left, right, segments, ranks, blocks, order, top, inner, block_of }
    }

    /// Puts everything in place.
    pub fn run(mut self) -> Placed {
        self.stack();
        let mut best = (self.crossings(), self.order.clone(), self.members());
        for round in 0..3 {
            for sweep in 0..10 {
                self.barycentres(sweep + round);
                self.stack();
                self.keep_better(&mut best);
            }
            self.restore(&best);
            for _ in 0..4 {
                if !self.transpose() {
                    break;
                }
            }
            self.stack();
            self.keep_better(&mut best);
        }
        self.restore(&best);
        self.stack();
        for round in 0..40 {
            self.relax(round % 2 == 0);
        }
        self.placed()
    }

    fn members(&self) -> Vec<Vec<usize>> {
        self.blocks.iter().map(|b| b.members.clone()).collect()
    }

    fn keep_better(&self, best: &mut (usize, Vec<usize>, Vec<Vec<usize>>)) {
        let crossings = self.crossings();
        if crossings < best.0 {
            *best = (crossings, self.order.clone(), self.members());
        }
    }

    fn restore(&mut self, best: &(usize, Vec<usize>, Vec<Vec<usize>>)) {
        self.order.clone_from(&best.1);
        for (block, members) in self.blocks.iter_mut().zip(&best.2) {
            block.members.clone_from(members);
        }
    }

    /// Middle of a node on the page.
    fn y(&self, node: usize) -> f64 {
        self.top[self.block_of[node]] + self.inner[node] + self.nodes[node].height / 2.0
    }

    /// Stacks blocks in their order, each as high as the columns it stands in allow.
    fn stack(&mut self) {
        let mut low = vec![0.0f64; self.ranks];
        for at in self.order.clone() {
            self.stack_members(at);
            let ranks = self.blocks[at].ranks.clone();
            let top = low[ranks.clone()].iter().copied().fold(0.0, f64::max);
            self.top[at] = top;
            let bottom = top + self.blocks[at].height + self.gap(at);
            low[ranks].iter_mut().for_each(|l| *l = bottom);
        }
    }

    fn gap(&self, block: usize) -> f64 {
        let block = &self.blocks[block];
        match block.members.first() {
            Some(node) if self.nodes[*node].passing => 9.0,
            _ if block.group => 26.0,
            _ => 22.0,
        }
    }

    fn inner_gap(&self, node: usize) -> f64 {
        if self.nodes[node].passing { 9.0 } else { 20.0 }
    }

    fn stack_members(&mut self, at: usize) {
        if !self.blocks[at].group {
            return;
        }
        let start = self.blocks[at].ranks.start;
        let mut low = vec![GROUP_TOP; self.blocks[at].ranks.len()];
        let mut bottom = 0.0f64;
        for node in &self.blocks[at].members {
            let column = &mut low[self.nodes[*node].rank - start];
            self.inner[*node] = *column;
            bottom = bottom.max(*column + self.nodes[*node].height);
            *column += self.nodes[*node].height + if self.nodes[*node].passing { 9.0 } else { 20.0 };
        }
        self.blocks[at].height = bottom + GROUP_BOTTOM;
    }

    /// Sorts everything by the mean place of its neighbours: those on the left, on the right, or both, in turn.
    fn barycentres(&mut self, sweep: usize) {
        let wish: Vec<f64> =
            (0..self.nodes.len()).map(|n| self.wish(n, sweep % 3 != 1, !sweep.is_multiple_of(3))).collect();
        for block in &mut self.blocks {
            block.members.sort_by(|a, b| wish[*a].total_cmp(&wish[*b]));
        }
        let mean =
            |members: &[usize]| members.iter().map(|n| wish[*n]).sum::<f64>() / members.len().max(1) as f64;
        let wishes: Vec<f64> = self.blocks.iter().map(|b| mean(&b.members)).collect();
        self.order.sort_by(|a, b| wishes[*a].total_cmp(&wishes[*b]));
    }

    /// Mean middle of the neighbours; its own where it has none.
    fn wish(&self, node: usize, left: bool, right: bool) -> f64 {
        let (mut sum, mut weight) = (0.0, 0.0);
        let sides = [(left, &self.left[node]), (right, &self.right[node])];
        for other in sides.iter().filter(|(use_it, _)| *use_it).flat_map(|(_, side)| side.iter()) {
            // A long line should be straight in its middle more than at its ends.
            let w = if self.nodes[node].passing && self.nodes[*other].passing { 3.0 } else { 1.0 };
            sum += self.y(*other) * w;
            weight += w;
        }
        if weight > 0.0 { sum / weight } else { self.y(node) }
    }

    /// Nodes of every column, from top to bottom.
    fn columns(&self) -> Vec<Vec<usize>> {
        let mut columns = vec![vec![]; self.ranks];
        for node in self.order.iter().flat_map(|b| &self.blocks[*b].members) {
            columns[self.nodes[*node].rank].push(*node);
        }
        columns
    }

    fn positions(&self, columns: &[Vec<usize>]) -> Vec<usize> {
        let mut position = vec![0; self.nodes.len()];
        for column in columns {
            for (i, node) in column.iter().enumerate() {
                position[*node] = i;
            }
        }
        position
    }

    fn crossings(&self) -> usize {
        let position = self.positions(&self.columns());
        let mut gaps: Vec<Vec<(usize, usize)>> = vec![vec![]; self.ranks];
        for (a, b) in self.segments {
            gaps[self.nodes[*a].rank].push((position[*a], position[*b]));
        }
        gaps.into_iter().map(inversions).sum()
    }

    /// Swaps neighbours in a column where that saves crossings. False when nothing was saved.
    fn transpose(&mut self) -> bool {
        let mut columns = self.columns();
        let mut position = self.positions(&columns);
        let mut place = vec![0; self.nodes.len()];
        for (i, block) in self.order.iter().enumerate() {
            match self.blocks[*block].group {
                true => self.blocks[*block].members.iter().enumerate().for_each(|(i, n)| place[*n] = i),
                false => self.blocks[*block].members.iter().for_each(|n| place[*n] = i),
            }
        }
        let mut saved = false;
        for column in &mut columns {
            for i in 1..column.len() {
                let (u, v) = (column[i - 1], column[i]);
                let (bu, bv) = (self.block_of[u], self.block_of[v]);
                let together = bu == bv || (!self.blocks[bu].group && !self.blocks[bv].group);
                if !together || self.between(u, v, &position) <= self.between(v, u, &position) {
                    continue;
                }
                saved = true;
                column.swap(i - 1, i);
                position.swap(u, v);
                match bu == bv {
                    true => self.blocks[bu].members.swap(place[u], place[v]),
                    false => self.order.swap(place[u], place[v]),
                }
                place.swap(u, v);
            }
        }
        saved
    }

    /// Crossings of the lines of `u` with those of `v` when `u` stands above.
    fn between(&self, u: usize, v: usize, position: &[usize]) -> usize {
        let count = |a: &[usize], b: &[usize]| {
            let pairs = a.iter().map(|x| b.iter().filter(|y| position[*x] > position[**y]).count());
            pairs.sum::<usize>()
        };
        count(&self.left[u], &self.left[v]) + count(&self.right[u], &self.right[v])
    }

    /// Moves blocks, and members inside their group, towards their neighbours as far as there is room.
    fn relax(&mut self, down: bool) {
        let mut above: Vec<Vec<usize>> = vec![vec![]; self.blocks.len()];
        let mut below: Vec<Vec<usize>> = vec![vec![]; self.blocks.len()];
        let mut last: Vec<Option<usize>> = vec![None; self.ranks];
        for block in &self.order {
            for rank in self.blocks[*block].ranks.clone() {
                if let Some(before) = last[rank].replace(*block) {
                    above[*block].push(before);
                    below[before].push(*block);
                }
            }
        }
        let mut each = self.order.clone();
        if down {
            each.reverse();
        }
        for block in each {
            self.relax_members(block);
            let members = self.blocks[block].members.clone();
            let (mut sum, mut weight) = (0.0, 0.0);
            for node in members {
                let degree = (self.left[node].len() + self.right[node].len()) as f64;
                sum += (self.wish(node, true, true) - self.y(node)) * degree;
                weight += degree;
            }
            if weight == 0.0 {
                continue;
            }
            let wish = self.top[block] + sum / weight;
            let low = above[block].iter().map(|a| self.top[*a] + self.blocks[*a].height + self.gap(*a));
            let high =
                below[block].iter().map(|b| self.top[*b] - self.gap(block) - self.blocks[block].height);
            let (low, high) = (low.fold(f64::NEG_INFINITY, f64::max), high.fold(f64::INFINITY, f64::min));
            if low <= high {
                self.top[block] = wish.clamp(low, high);
            }
        }
    }

    fn relax_members(&mut self, block: usize) {
        if !self.blocks[block].group {
            return;
        }
        let floor = self.blocks[block].height - GROUP_BOTTOM;
        let members = self.blocks[block].members.clone();
        let start = self.blocks[block].ranks.start;
        let mut columns: Vec<Vec<usize>> = vec![vec![]; self.blocks[block].ranks.len()];
        for node in members {
            columns[self.nodes[node].rank - start].push(node);
        }
        for column in columns {
            for (i, node) in column.iter().enumerate().rev() {
                let wish = self.inner[*node] + self.wish(*node, true, true) - self.y(*node);
                let low = match i.checked_sub(1).map(|i| column[i]) {
                    Some(before) => self.inner[before] + self.nodes[before].height + self.inner_gap(before),
                    None => GROUP_TOP,
                };
                let high = column.get(i + 1).map_or(floor, |n| self.inner[*n] - self.inner_gap(*node));
                let high = high - self.nodes[*node].height;
                if low <= high {
                    self.inner[*node] = wish.clamp(low, high);
                }
            }
        }
    }

    fn placed(self) -> Placed {
        let least = self.order.iter().map(|b| self.top[*b]).fold(f64::INFINITY, f64::min);
        let least = if least.is_finite() { least } else { 0.0 };
        let y = (0..self.nodes.len()).map(|n| self.y(n) - least).collect();
        let height =
            self.order.iter().map(|b| self.top[*b] + self.blocks[*b].height - least).fold(0.0, f64::max);
        let group = |(b, block): (usize, &Block)| {
            (block.group && !block.members.is_empty()).then(|| PlacedGroup {
                group: b,
                top: self.top[b] - least,
                height: block.height,
                ranks: block.ranks.clone(),
            })
        };
        let groups = self.blocks.iter().enumerate().filter_map(group).collect();
        Placed { y, height, groups }
    }
}

/// Pairs of segments that cross, by the positions of their ends (counted with a Fenwick tree).
fn inversions(mut segments: Vec<(usize, usize)>) -> usize {
    segments.sort_unstable();
    let size = segments.iter().map(|s| s.1 + 1).max().unwrap_or(0);
    let mut tree = vec![0usize; size + 1];
    let mut crossings = 0;
    for (seen, (_, b)) in segments.iter().enumerate() {
        let (mut i, mut not_above) = (b + 1, 0);
        while i > 0 {
            not_above += tree[i];
            i &= i - 1;
        }
        crossings += seen - not_above;
        let mut i = b + 1;
        while i <= size {
            tree[i] += 1;
            i += i & i.wrapping_neg();
        }
    }
    crossings
}

/// Where everything stands from top to bottom.
pub(super) struct Placed {
    /// Middle of each node.
    pub y: Vec<f64>,
    /// Height of it all.
    pub height: f64,
    pub groups: Vec<PlacedGroup>,
}

/// A group's place.
pub(super) struct PlacedGroup {
    pub group: usize,
    pub top: f64,
    pub height: f64,
    pub ranks: Range<usize>,
}
