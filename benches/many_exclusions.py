#!/usr/bin/env python3
"""Times exclusions at scale: N findings, P policies, at most ten candidates a finding (two host groups a policy, P/5 groups).

    python3 benches/many_exclusions.py --binary target/release/poolhound --findings 1000000 --policies 1000

Writes evidence and policies to --folder (kept, reused), runs the hunt with and without policies in turns, and prints both, their
difference, and how many findings were explained, which is known beforehand: half of the rows are approved, the others differ in one fact.
"""
import argparse, hashlib, json, os, resource, subprocess, sys, time
from pathlib import Path

GROUPS_A_POLICY = 2
CANDIDATES = 10


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


def policy(n, groups):
    own = sorted({f"group-{(n * GROUPS_A_POLICY + k) % groups}" for k in range(GROUPS_A_POLICY)})
    return f"""id: job-{n}
owner: team-{n}@example.com
approver: soc@example.com
ticket: CHG-{n}
reason: Approved job {n}
valid: {{from: 2026-11-01, until: 2027-01-15}}
explains: [process_name, process_command]
must:
  host_group: [{', '.join(own)}]
  path: [/opt/job-{n}/bin/xmrig]
  sha256: [{digest(f'job-{n}')}]
  account: [svc-{n}]
  parent: [/usr/sbin/cron, /usr/lib/systemd/systemd]
  window:
    - {{zone: Europe/Berlin, days: [mon, tue, wed, thu, fri, sat, sun], from: '03:00', to: '05:00'}}
"""


def lay_out(folder, rows, policies):
    groups = max(1, policies * GROUPS_A_POLICY // CANDIDATES)
    (folder / "policies").mkdir(parents=True)
    for n in range(policies):
        (folder / "policies" / f"job-{n}.yaml").write_text(policy(n, groups))
    (folder / "evidence").mkdir()
    digests = [digest(f"job-{n}") for n in range(policies)]
    with open(folder / "evidence" / "DeviceProcessEvents.ndjson", "w") as out:
        for n in range(rows):
            job = n % policies
            group = f"group-{job * GROUPS_A_POLICY % groups}"
            row = {
                "TimeGenerated": f"2026-11-{2 + n % 14:02}T0{2 + n % 2}:{n % 60:02}:{n // 60 % 60:02}Z",
                "DeviceName": f"host-{n}", "MachineGroup": group, "ActionType": "ProcessCreated",
                "FileName": "xmrig", "FolderPath": f"/opt/job-{job}/bin/xmrig", "SHA256": digests[job], "ProcessId": 1000 + n % 60000,
                "ProcessUniqueId": str(n), "ProcessCommandLine": f"/opt/job-{job}/bin/xmrig --config /etc/job-{n}.json", "AccountName": f"svc-{job}",
                "InitiatingProcessFileName": "cron", "InitiatingProcessFolderPath": "/usr/sbin/cron", "InitiatingProcessParentFileName": "systemd",
            }
            if n // policies % 2:
                fact = n // policies // 2 % 4
                if fact == 0: row["FolderPath"] = f"/tmp/job-{job}/xmrig"
                elif fact == 1: row["SHA256"] = digest(f"impostor-{n}")
                elif fact == 2: row["AccountName"] = "www-data"
                else: row["InitiatingProcessFolderPath"] = "/usr/bin/perl"
            out.write(json.dumps(row, separators=(",", ":")) + "\n")


def run(binary, folder, exclusions, extra):
    command = [binary, "hunt", str(folder / "evidence"), "--format", "jsonl", "--output", "/dev/null", "--quiet", *extra]
    if exclusions:
        command[command.index("/dev/null")] = str(folder / "judged.jsonl")
        command += ["--exclusions", str(folder / "policies")]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True)
    wall = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 1):
        sys.exit(f"{' '.join(command)}: exit {done.returncode}\n{done.stderr}")
    if done.stderr.strip():
        print(done.stderr.strip()[:2000])
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("--binary", default="target/release/poolhound")
    args.add_argument("--folder", type=Path)
    args.add_argument("--findings", type=int, default=1_000_000, help="two a row: by its name and by its command line")
    args.add_argument("--policies", type=int, default=1_000)
    args.add_argument("--runs", type=int, default=3)
    args.add_argument("rest", nargs="*", help="more flags for the hunt, after --")
    args = args.parse_args()
    folder = args.folder or Path(f"/tmp/poolhound-exclusions-{args.findings}-{args.policies}")
    if not folder.exists():
        lay_out(folder, args.findings // 2, args.policies)
    for n in range(args.runs):
        plain, judged = run(args.binary, folder, False, args.rest), run(args.binary, folder, True, args.rest)
        verdicts = {"open": 0, "explained": 0}
        with open(folder / "judged.jsonl") as report:
            for line in report:
                if line.startswith('{"type":"finding"'):
                    verdicts[json.loads(line)["verdict"]] += 1
        print(f"{args.findings} findings, {args.policies} policies: {plain[0]:.2f} s ({plain[1]:.2f} s CPU) without, {judged[0]:.2f} s ({judged[1]:.2f} s CPU) with: "
              f"{judged[0] - plain[0]:.2f} s for exclusions; {verdicts['explained']} explained, {verdicts['open']} open")


if __name__ == "__main__":
    main()
