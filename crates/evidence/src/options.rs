use chrono_tz::Tz;

/// How evidence is to be opened.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The table that exports belong to where neither their name nor their columns tell.
    pub table: Option<String>,
    /// The zone of local times that carry none; without it they are unknown.
    pub timezone: Option<Tz>,
    /// Ticks; records whose `TimeGenerated` is known and earlier are left out.
    pub since: Option<i64>,
    /// Ticks; records whose `TimeGenerated` is known and not earlier are left out.
    pub until: Option<i64>,
    pub caps: Caps,
}

/// Limits on what hostile or damaged evidence may cost.
#[derive(Clone, Copy, Debug)]
pub struct Caps {
    /// Bytes of one line, or of one record of an export.
    pub line: usize,
    /// Depth of nested JSON.
    pub depth: usize,
    /// Decompressed bytes for each compressed one, judged once `bomb_floor` bytes have come out.
    pub ratio: u64,
    /// Decompressed bytes before `ratio` is judged.
    pub bomb_floor: u64,
    /// Bytes of a file that has to be held in memory as a whole.
    pub whole: u64,
    /// Errors told one by one for each file; the rest is counted and told as one.
    pub errors: u64,
    /// Files in all, members of archives included.
    pub files: usize,
}

impl Default for Caps {
    fn default() -> Self {
        Self { line: 64 << 20, depth: 64, ratio: 400, bomb_floor: 256 << 20, whole: 1 << 30, errors: 1_000, files: 4_000_000 }
    }
}
