//! Which column each box stands in: callers left of callees, cycles broken at few lines.

/// Columns from 0, and for every edge whether it runs against them.
pub(super) fn ranks(count: usize, edges: &[(usize, usize)]) -> (Vec<usize>, Vec<bool>) {
    let order = sequence(count, edges);
    let mut place = vec![0; count];
    for (i, node) in order.iter().enumerate() {
        place[*node] = i;
    }
    let against: Vec<bool> = edges.iter().map(|(a, b)| place[*a] > place[*b]).collect();
    let forward: Vec<(usize, usize)> = edges
        .iter()
        .zip(&against)
        .filter(|((a, b), _)| a != b)
        .map(|((a, b), back)| if *back { (*b, *a) } else { (*a, *b) })
        .collect();
    let mut next = vec![vec![]; count];
    let mut before = vec![vec![]; count];
    for (a, b) in &forward {
        next[*a].push(*b);
        before[*b].push(*a);
    }
    let mut rank = vec![0usize; count];
    for node in &order {
        for other in &next[*node] {
            rank[*other] = rank[*other].max(rank[*node] + 1);
        }
    }
    tighten(&order, &next, &before, &mut rank);
    spread_lonely(&next, &before, &mut rank);
    (rank, against)
}

/// An order of the nodes with few edges against it (the greedy heuristic of Eades, Lin and Smyth, 1993).
fn sequence(count: usize, edges: &[(usize, usize)]) -> Vec<usize> {
    let (mut next, mut before) = (vec![vec![]; count], vec![vec![]; count]);
    for (a, b) in edges.iter().filter(|(a, b)| a != b) {
        next[*a].push(*b);
        before[*b].push(*a);
    }
    let mut out_degree: Vec<isize> = next.iter().map(|n| n.len() as isize).collect();
    let mut in_degree: Vec<isize> = before.iter().map(|n| n.len() as isize).collect();
    let mut left: Vec<bool> = vec![true; count];
    let (mut head, mut tail) = (Vec::with_capacity(count), Vec::new());
    for _ in 0..count {
        let alive = || (0..count).filter(|n| left[*n]);
        let sink = alive().find(|n| out_degree[*n] == 0 && in_degree[*n] > 0);
        let source = alive().find(|n| in_degree[*n] == 0);
        let best = || alive().max_by_key(|n| (out_degree[*n] - in_degree[*n], std::cmp::Reverse(*n)));
        let Some(node) = source.or(sink).or_else(best) else { break };
        left[node] = false;
        if source.is_none() && sink.is_some() {
            tail.push(node)
        } else {
            head.push(node)
        }
        for other in &next[node] {
            in_degree[*other] -= 1;
        }
        for other in &before[node] {
            out_degree[*other] -= 1;
        }
    }
    tail.reverse();
    head.extend(tail);
    head
}

/// Moves nodes between their neighbours to where their edges are shortest.
fn tighten(order: &[usize], next: &[Vec<usize>], before: &[Vec<usize>], rank: &mut [usize]) {
    for round in 0..6 {
        let each: Box<dyn Iterator<Item = &usize>> =
            if round % 2 == 0 { Box::new(order.iter().rev()) } else { Box::new(order.iter()) };
        for node in each {
            let low = before[*node].iter().map(|n| rank[*n] + 1).max();
            let high = next[*node].iter().map(|n| rank[*n].saturating_sub(1)).min();
            rank[*node] = match (low, high) {
                (Some(low), Some(high)) if before[*node].len() < next[*node].len() => high.max(low),
                (Some(low), Some(_)) => low,
                (None, Some(high)) => high,
                (Some(low), None) => low,
                (None, None) => rank[*node],
            };
        }
    }
    let least = rank.iter().copied().min().unwrap_or(0);
    rank.iter_mut().for_each(|r| *r -= least);
}

/// Boxes without any line are dealt over the columns, so that they make no tower.
fn spread_lonely(next: &[Vec<usize>], before: &[Vec<usize>], rank: &mut [usize]) {
    let lonely: Vec<usize> =
        (0..rank.len()).filter(|n| next[*n].is_empty() && before[*n].is_empty()).collect();
    let mut columns = rank.iter().max().map_or(1, |r| r + 1);
    if lonely.len() == rank.len() {
        columns = (rank.len() as f64).sqrt().ceil() as usize;
    }
    for (i, node) in lonely.into_iter().enumerate() {
        rank[node] = i % columns.max(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_edge_spans_columns_and_cycles_turn_few() {
        let edges = [(0, 1), (1, 2), (2, 0), (2, 3), (0, 3), (1, 1)];
        let (rank, against) = ranks(5, &edges);
        for ((a, b), back) in edges.iter().zip(&against).filter(|((a, b), _)| a != b) {
            let (a, b) = if *back { (b, a) } else { (a, b) };
            assert!(rank[*a] < rank[*b], "{rank:?} {against:?}");
        }
        assert_eq!(against.iter().filter(|b| **b).count(), 1);
    }
}
