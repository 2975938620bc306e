#!/usr/bin/env python3
"""Times the whole hunt against DuckDB on generated Zeek logs. See benches/README.md.

usage: compare_duckdb.py [--megabytes N] [--runs N] [--memory-only] [--keep DIR]
"""
import argparse, json, os, shutil, statistics, subprocess, sys, tempfile, time

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
TARGET = os.environ.get("CARGO_TARGET_DIR") or os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "poolhound-target")
THREADS = 2

# One pool join over the DNS log and one filter over the connection log, over the columns that the hunts read.
DUCKDB = """
import duckdb, sys
folder, pools, threads = sys.argv[1], sys.argv[2], int(sys.argv[3])
db = duckdb.connect(config={"threads": threads})
dns = f"read_json('{folder}/dns.log', format='newline_delimited', columns={{'ts': 'DOUBLE', 'id.orig_h': 'VARCHAR', 'id.resp_h': 'VARCHAR', 'query': 'VARCHAR', 'rcode_name': 'VARCHAR', 'qtype_name': 'VARCHAR', 'answers': 'VARCHAR[]', 'uid': 'VARCHAR'}})"
conn = f"read_json('{folder}/conn.log', format='newline_delimited', columns={{'ts': 'DOUBLE', 'id.orig_h': 'VARCHAR', 'id.orig_p': 'INTEGER', 'id.resp_h': 'VARCHAR', 'id.resp_p': 'INTEGER', 'duration': 'DOUBLE', 'orig_bytes': 'BIGINT', 'resp_bytes': 'BIGINT', 'conn_state': 'VARCHAR', 'service': 'VARCHAR', 'uid': 'VARCHAR'}})"
db.execute(f"create table pools as select lower(Domain) as domain from read_csv('{pools}', header=true, all_varchar=true)")
# A pool's domain matches the name itself or what ends in it: the last two, three and four labels are looked up.
hits = db.execute(f\"\"\"
    with names as (select *, string_split(lower(query), '.') as labels from {dns})
    select ts, "id.orig_h", query, rcode_name, answers, uid from names
    where array_to_string(labels[-2:], '.') in (select domain from pools) or array_to_string(labels[-3:], '.') in (select domain from pools)
       or array_to_string(labels[-4:], '.') in (select domain from pools)
\"\"\").fetchall()
flows = db.execute(f\"\"\"select * from {conn} where duration > 600 and "id.resp_p" in (3333, 14444, 10128, 5555) and orig_bytes + resp_bytes < 50000000\"\"\").fetchall()
print(len(hits), len(flows))
"""


def run(command):
    """Seconds, peak bytes and output of a command."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out = process.stdout.read()
    err = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    code = os.waitstatus_to_exitcode(status)
    if code not in (0, 1, 3):
        sys.exit(f"{command[0]} failed with {code}: {err.decode()[-500:]}")
    return seconds, usage.ru_maxrss * 1024, out.decode()


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--megabytes", type=int, default=1000)
    options.add_argument("--runs", type=int, default=5)
    options.add_argument("--memory-only", action="store_true", help="one run of the hunt, for its peak memory")
    options.add_argument("--keep", help="generate there, and use what is there")
    args = options.parse_args()
    poolhound = os.path.join(TARGET, "release", "poolhound")
    with tempfile.TemporaryDirectory() as temporary:
        folder = args.keep or os.path.join(temporary, "zeek")
        if not os.path.exists(os.path.join(folder, "dns.log")):
            os.makedirs(folder, exist_ok=True)
            subprocess.run([os.path.join(TARGET, "release", "examples", "generate_zeek"), folder, str(args.megabytes)], check=True)
        hunt = [poolhound, "hunt", folder, "--threads", str(THREADS), "--format", "jsonl", "--quiet"]
        if args.memory_only:
            seconds, peak, out = run(hunt)
            summary = json.loads(out.splitlines()[-1])
            print(f"hunt: {seconds:.2f} s, peak {peak / 2**20:.0f} MiB, {summary['records']} records, {summary['findings']} findings")
            return
        script = os.path.join(temporary, "duck.py")
        open(script, "w").write(DUCKDB)
        duck = [sys.executable, script, folder, os.path.join(ROOT, "content", "watchlists", "MiningPools.csv"), str(THREADS)]
        # Half of the hunts beside all of them: what a further hunt costs.
        content = os.path.join(temporary, "content")
        subprocess.run([poolhound, "content", "export", content], check=True)
        hunts = sorted(os.listdir(os.path.join(content, "hunts")))
        half = os.path.join(temporary, "half")
        os.makedirs(half)
        for name in hunts[: len(hunts) // 2]:
            shutil.copytree(os.path.join(content, "hunts", name), os.path.join(half, name))
        fewer = hunt + ["--hunts", half]
        times = {"hunt": [], "half": [], "duckdb": []}
        peaks = {"hunt": 0, "half": 0, "duckdb": 0}
        for turn in range(args.runs + 1):
            for name, command in (("hunt", hunt), ("duckdb", duck), ("half", fewer)):
                seconds, peak, out = run(command)
                if turn:  # the first is the warm-up
                    times[name].append(seconds)
                    peaks[name] = max(peaks[name], peak)
        median = {name: statistics.median(values) for name, values in times.items()}
        for name in times:
            print(f"{name:7} median {median[name]:.2f} s (min {min(times[name]):.2f}, max {max(times[name]):.2f}), peak {peaks[name] / 2**20:.0f} MiB")
        ratios = [a / b for a, b in zip(times["hunt"], times["duckdb"])]
        further = (median["hunt"] - median["half"]) / median["half"] / (len(hunts) - len(hunts) // 2)
        print(f"hunt / duckdb: median of the pairs {statistics.median(ratios):.2f}")
        print(f"each further hunt: {100 * further:+.1f} % of the time of {len(hunts) // 2} hunts")


main()
