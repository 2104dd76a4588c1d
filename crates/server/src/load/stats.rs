//! Percentiles and medians.

/// Latencies in whole microseconds, sorted. All of them are kept: four bytes each are cheaper than a histogram's
/// rounding is to explain.
#[derive(Debug)]
pub(crate) struct Latencies(Vec<u32>);

impl Latencies {
    /// Sorts what was measured.
    pub(crate) fn of(mut micros: Vec<u32>) -> Self {
        micros.sort_unstable();
        Self(micros)
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// The smallest latency that at least `per_mille` thousandths did not exceed, in milliseconds (the nearest
    /// rank, so always one that was measured); 0 when there are none.
    pub(crate) fn percentile(&self, per_mille: usize) -> f64 {
        let rank = (self.0.len() * per_mille).div_ceil(1_000).max(1);
        self.0.get(rank - 1).map_or(0.0, |micros| f64::from(*micros) / 1_000.0)
    }

    /// The longest, in milliseconds.
    pub(crate) fn max(&self) -> f64 {
        self.percentile(1_000)
    }
}

/// The middle value; of an even number the mean of the middle two. Not a number when there are none.
pub(crate) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => f64::NAN,
        count if count % 2 == 0 => f64::midpoint(values[middle - 1], values[middle]),
        _ => values[middle],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_were_measured() {
        let check = |micros: Vec<u32>, expected: [f64; 4]| {
            let latencies = Latencies::of(micros);
            let found = [500, 990, 999, 1_000].map(|per_mille| latencies.percentile(per_mille));
            assert_eq!(found, expected, "{} values", latencies.count());
        };

        check((1..=1_000).rev().collect(), [0.5, 0.99, 0.999, 1.0]);
        check((1..=10_000).collect(), [5.0, 9.9, 9.99, 10.0]);
        check((1..=10).map(|n| n * 1_000).collect(), [5.0, 10.0, 10.0, 10.0]);
        check(vec![7_000], [7.0, 7.0, 7.0, 7.0]);
        check(vec![1_000, 3_000], [1.0, 3.0, 3.0, 3.0]);
        check(Vec::new(), [0.0, 0.0, 0.0, 0.0]);
    }

    #[test]
    fn one_slow_answer_in_a_hundred_shows_in_the_last_percentiles_only() {
        let mut micros = vec![1_000; 99];
        micros.insert(0, 50_000);

        let latencies = Latencies::of(micros);

        assert_eq!(latencies.percentile(500), 1.0);
        assert_eq!(latencies.percentile(990), 1.0);
        assert_eq!(latencies.percentile(999), 50.0);
        assert_eq!(latencies.max(), 50.0);
    }

    #[test]
    fn the_median_does_not_depend_on_the_order() {
        assert_eq!(median([3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median([4.0, 1.0, 3.0, 2.0]), 2.5);
        assert_eq!(median([9.0]), 9.0);
        assert!(median([]).is_nan());
    }
}
