//! A picture turned into places: boxes in columns, lines as courses between them.

use super::measure::{cut, width, wrap};
use super::order::{Node, Order, PlacedGroup};
use super::ranks::ranks;
use crate::{Picture, PictureLine};

/// Font sizes in pixels.
pub(super) const LABEL: f64 = 13.0;
pub(super) const DETAIL: f64 = 11.0;
pub(super) const LINE: f64 = 11.0;
const BOX_MIN: f64 = 92.0;
const BOX_MAX: f64 = 190.0;
/// Room left and right of a box's text.
const PADDING: f64 = 14.0;
/// Passing points in a picture; longer lines of a huge one are drawn straight across.
const POINTS_MAX: usize = 20_000;
/// Between two lines on one side of a box.
const PORT: f64 = 11.0;

/// A box in its place.
pub(super) struct PlacedBox {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
    pub label: Vec<String>,
    pub detail: Option<String>,
}

/// One piece of a line: straight to the edge of its column, then bent to the next.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bend {
    pub x1: f64,
    pub y1: f64,
    pub x2: f64,
    pub y2: f64,
}

/// A line in its place.
pub(super) struct Course {
    /// Index in [`Picture::lines`].
    pub line: usize,
    /// From left to right; empty for a line from a box to itself.
    pub bends: Vec<Bend>,
    /// Where it begins and ends, from left to right.
    pub ends: [(f64, f64); 2],
    /// The dependency is on the left.
    pub leftward: bool,
}

/// A group in its place.
pub(super) struct Frame {
    pub label: String,
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

/// Everything in its place.
pub(super) struct Layout {
    pub boxes: Vec<PlacedBox>,
    pub courses: Vec<Course>,
    pub frames: Vec<Frame>,
    pub width: f64,
    pub height: f64,
}

struct Chain {
    line: usize,
    /// From left to right, passing points between.
    nodes: Vec<usize>,
    leftward: bool,
}

struct Texts {
    label: Vec<String>,
    detail: Option<String>,
    width: f64,
    height: f64,
}

/// Lays a picture out. Lines whose ends do not exist are left out.
pub(super) fn layout(picture: &Picture, caption: impl Fn(usize) -> Option<String>) -> Layout {
    let count = picture.boxes.len();
    let lines: Vec<usize> =
        (0..picture.lines.len()).filter(|l| ends(&picture.lines[*l], count).is_some()).collect();
    let edges: Vec<(usize, usize)> = lines.iter().filter_map(|l| ends(&picture.lines[*l], count)).collect();
    let (rank, against) = ranks(count, &edges);
    let texts: Vec<Texts> = (0..count).map(|b| texts(picture, b, caption(b), &edges)).collect();
    let groups: Vec<&str> = crate::picture::groups(picture).into_iter().map(|(name, _)| name).collect();
    let group_of = |at: usize| groups.iter().position(|g| picture.boxes[at].group.as_deref() == Some(g));
    let mut nodes: Vec<Node> = (0..count)
        .map(|b| Node { rank: rank[b], height: texts[b].height, group: group_of(b), passing: false })
        .collect();
    let (mut chains, mut segments) = (vec![], vec![]);
    let mut points_left = POINTS_MAX;
    for ((line, (from, to)), back) in lines.iter().zip(&edges).zip(&against) {
        let (a, b) = if *back { (*to, *from) } else { (*from, *to) };
        let group = nodes[a].group.filter(|g| nodes[b].group == Some(*g));
        let mut chain = vec![a];
        let between = rank[a] + 1..rank[b].max(rank[a] + 1);
        let affordable = between.len() <= points_left;
        points_left -= if affordable { between.len() } else { 0 };
        for rank in between.filter(|_| affordable) {
            chain.push(nodes.len());
            nodes.push(Node { rank, height: 2.0, group, passing: true });
        }
        if a != b {
            chain.push(b);
        }
        segments.extend(chain.windows(2).map(|w| (w[0], w[1])));
        chains.push(Chain { line: *line, nodes: chain, leftward: *back });
    }
    let placed = Order::new(&nodes, &segments).run();
    let columns = columns(picture, &nodes, &texts, &chains, &placed.y, &placed.groups);
    let boxes = boxes(texts, &rank, &columns, &placed.y);
    let courses = courses(&chains, &nodes, &columns, &boxes, &placed.y);
    let frames = placed.groups.iter().map(|g| frame(g, &groups, &columns)).collect();
    let width = columns.last().map_or(0.0, |c| c.x + c.width + c.after);
    Layout { boxes, courses, frames, width, height: placed.height }
}

fn ends(line: &PictureLine, count: usize) -> Option<(usize, usize)> {
    (line.from < count && line.to < count).then_some((line.from, line.to))
}

fn texts(picture: &Picture, at: usize, caption: Option<String>, edges: &[(usize, usize)]) -> Texts {
    let drawn = &picture.boxes[at];
    let room = BOX_MAX - 2.0 * PADDING;
    let mut label = wrap(&drawn.label, LABEL, true, room, 2);
    if label.is_empty() {
        label.push("?".into());
    }
    let detail = caption.map(|c| cut(&c, DETAIL, false, room));
    let widest = label.iter().map(|l| width(l, LABEL, true)).fold(0.0, f64::max);
    let widest = widest.max(detail.as_ref().map_or(0.0, |d| width(d, DETAIL, false)));
    let text = label.len() as f64 * 16.0 + if detail.is_some() { 14.0 } else { 0.0 };
    let lid =
        matches!(drawn.kind, undrawn_model::ComponentKind::Database | undrawn_model::ComponentKind::Cache);
    let text = text + if lid { 6.0 } else { 0.0 };
    // A side that many lines reach needs room for them.
    let out = edges.iter().filter(|(a, _)| *a == at).count();
    let into = edges.iter().filter(|(_, b)| *b == at).count();
    let ports = (out.max(into).min(40) as f64) * 8.0 + 12.0;
    Texts { label, detail, width: (widest + 2.0 * PADDING).max(BOX_MIN), height: (text + 18.0).max(ports) }
}

/// A column: where it stands, and the room after it.
struct Column {
    x: f64,
    width: f64,
    after: f64,
}

fn columns(
    picture: &Picture,
    nodes: &[Node],
    texts: &[Texts],
    chains: &[Chain],
    y: &[f64],
    groups: &[PlacedGroup],
) -> Vec<Column> {
    let count = nodes.iter().map(|n| n.rank + 1).max().unwrap_or(0);
    let mut out: Vec<Column> = (0..count).map(|_| Column { x: 0.0, width: 0.0, after: 56.0 }).collect();
    for (text, node) in texts.iter().zip(nodes) {
        out[node.rank].width = out[node.rank].width.max(text.width);
    }
    for chain in chains {
        for pair in chain.nodes.windows(2) {
            let column = &mut out[nodes[pair[0]].rank];
            // Steep lines need a longer way, and a label needs its width where its line may carry it.
            column.after = column.after.max(56.0 + (y[pair[0]] - y[pair[1]]).abs().min(700.0) * 0.13);
        }
        if let Some(first) = chain.nodes.first().filter(|_| chain.nodes.len() > 1) {
            let label = short_label(&picture.lines[chain.line].label);
            let column = &mut out[nodes[*first].rank];
            let line = &picture.lines[chain.line];
            let signed =
                matches!(line.verdict, undrawn_model::Verdict::Undrawn | undrawn_model::Verdict::Unseen);
            let words = width(&label, LINE, false);
            // A sign stands on the line and its text right of it, a text alone on its middle.
            let room = if signed && words > 0.0 { 2.0 * words + 44.0 } else { words + 44.0 };
            column.after = column.after.max(room.min(190.0));
        }
    }
    let mut busy = vec![0usize; count];
    chains.iter().flat_map(|c| c.nodes.windows(2)).for_each(|p| busy[nodes[p[0]].rank] += 1);
    let mut x = 14.0;
    for (rank, column) in out.iter_mut().enumerate() {
        column.x = x;
        let frames =
            groups.iter().filter(|g| g.ranks.end == rank + 1 || g.ranks.start == rank + 1).count().min(2);
        column.after += frames as f64 * 12.0 + (busy[rank] as f64 * 1.6).min(70.0);
        if rank + 1 == count {
            column.after = 14.0;
        }
        x += column.width + column.after;
    }
    out
}

/// The label as it stands on a line.
pub(super) fn short_label(label: &str) -> String {
    let label = label.split_whitespace().collect::<Vec<_>>().join(" ");
    cut(&label, LINE, false, 150.0)
}

fn boxes(texts: Vec<Texts>, rank: &[usize], columns: &[Column], y: &[f64]) -> Vec<PlacedBox> {
    let place = |(at, text): (usize, Texts)| {
        let column = &columns[rank[at]];
        let (width, height) = (column.width, text.height);
        PlacedBox {
            x: column.x,
            y: y[at] - height / 2.0,
            width,
            height,
            label: text.label,
            detail: text.detail,
        }
    };
    texts.into_iter().enumerate().map(place).collect()
}

fn frame(group: &PlacedGroup, groups: &[&str], columns: &[Column]) -> Frame {
    let (first, last) = (&columns[group.ranks.start], &columns[group.ranks.end - 1]);
    let (x, end) = (first.x - 12.0, last.x + last.width + 12.0);
    let y = group.top + 4.0;
    let label = cut(groups.get(group.group).unwrap_or(&""), DETAIL + 1.0, true, end - x - 20.0);
    Frame { label, x, y, width: end - x, height: group.height - 8.0 }
}

fn courses(
    chains: &[Chain],
    nodes: &[Node],
    columns: &[Column],
    boxes: &[PlacedBox],
    y: &[f64],
) -> Vec<Course> {
    let (left, right) = ports(chains, boxes, y);
    let mut out = Vec::with_capacity(chains.len());
    for (at, chain) in chains.iter().enumerate() {
        let (Some(first), Some(last)) = (chain.nodes.first(), chain.nodes.last()) else { continue };
        let height = |i: usize, node: usize| match i {
            0 => right[at],
            i if i + 1 == chain.nodes.len() => left[at],
            _ => y[node],
        };
        let mut bends = Vec::with_capacity(chain.nodes.len());
        for (i, pair) in chain.nodes.windows(2).enumerate() {
            let (a, b) = (&columns[nodes[pair[0]].rank], &columns[nodes[pair[1]].rank]);
            let (y1, y2) = (height(i, pair[0]), height(i + 1, pair[1]));
            bends.push(Bend { x1: a.x + a.width, y1, x2: b.x, y2 });
        }
        let (from, to) = (&boxes[*first], &boxes[*last]);
        let ends = match bends.is_empty() {
            // The loop of a line to itself stands over the upper right corner.
            true => [(from.x + from.width - 2.0, from.y - 11.0); 2],
            false => [(from.x + from.width, right[at]), (to.x, left[at])],
        };
        out.push(Course { line: chain.line, bends, ends, leftward: chain.leftward });
    }
    out
}

/// Heights at which each chain leaves its left box and reaches its right one.
fn ports(chains: &[Chain], boxes: &[PlacedBox], y: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let mut leaving: Vec<Vec<(f64, usize)>> = vec![vec![]; boxes.len()];
    let mut reaching: Vec<Vec<(f64, usize)>> = vec![vec![]; boxes.len()];
    for (at, chain) in chains.iter().enumerate().filter(|(_, c)| c.nodes.len() > 1) {
        let (first, last) = (chain.nodes[0], chain.nodes[chain.nodes.len() - 1]);
        leaving[first].push((y[chain.nodes[1]], at));
        reaching[last].push((y[chain.nodes[chain.nodes.len() - 2]], at));
    }
    let spread = |sides: Vec<Vec<(f64, usize)>>| {
        let mut out = vec![0.0; chains.len()];
        for (node, mut side) in sides.into_iter().enumerate() {
            side.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            let placed = &boxes[node];
            let step = PORT.min((placed.height - 14.0) / side.len().max(1) as f64);
            let middle = placed.y + placed.height / 2.0;
            for (i, (_, chain)) in side.iter().enumerate() {
                out[*chain] = middle + (i as f64 - (side.len() - 1) as f64 / 2.0) * step;
            }
        }
        out
    };
    let right = spread(leaving);
    (spread(reaching), right)
}
