#!/usr/bin/env python3
"""Holds Poolhound against ndpiReader, Suricata and tcpdump on packet captures. See benches/README.md.

Without --megabytes: which tool sees mining in which capture, as a table in Markdown.
With it: a capture of that size is made of copies of the captures found, each with addresses of its own, and speed and peak memory are measured in one run.
"""
import argparse, json, os, re, shutil, statistics, struct, subprocess, tempfile, time


def run(command, **options):
    """Seconds of wall clock, seconds of processor, peak bytes, output."""
    started = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, **options)
    out = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return time.monotonic() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, out


def poolhound_sees(binary, capture):
    lines = [json.loads(line) for line in run([binary, "hunt", capture, "--format", "jsonl", "--quiet"])[3].splitlines()]
    cases = [line["severity"] for line in lines if line["type"] == "case"]
    return "/".join(sorted(set(cases))) if cases else ""


def ndpi_sees(capture):
    out = run(["ndpiReader", "-i", capture, "-v", "2"])[3].decode("utf-8", "replace")
    found = re.findall(r"^\s+(Mining|Stratum|Bitcoin|Ethereum)\s+packets:\s+\d+.*?flows:\s+(\d+)", out, re.M)
    return ", ".join(f"{name} {flows}" for name, flows in found)


def suricata_sees(rules, capture):
    with tempfile.TemporaryDirectory() as folder:
        run(["suricata", "-r", capture, "-S", rules, "-l", folder, "-k", "none", "--runmode", "single"])
        path = os.path.join(folder, "fast.log")
        alerts = open(path, encoding="utf-8", errors="replace").read().splitlines() if os.path.exists(path) else []
        return f"{len(alerts)} alerts" if alerts else ""


def table(options):
    tools = {"Poolhound": lambda c: poolhound_sees(options.poolhound, c)}
    if shutil.which("ndpiReader"):
        tools["nDPI"] = ndpi_sees
    if shutil.which("suricata") and options.rules:
        tools["Suricata"] = lambda c: suricata_sees(options.rules, c)
    print("| capture | " + " | ".join(tools) + " |\n|---|" + "---|" * len(tools))
    for kind in ("mining", "benign"):
        folder = os.path.join(options.captures, kind)
        captures = sorted(f for f in os.listdir(folder) if ".pcap" in f)
        seen = {name: [see(os.path.join(folder, f)) for f in captures] for name, see in tools.items()}
        if kind == "mining":
            for n, name in enumerate(captures):
                print(f"| {name} | " + " | ".join(seen[tool][n] or "nothing" for tool in tools) + " |")
        else:
            print(f"| {len(captures)} benign ones | " + " | ".join(f"{sum(map(bool, seen[tool]))} with mining" for tool in tools) + " |")


def packets(path):
    """Time in microseconds, original length and bytes of each packet of a pcap of Ethernet."""
    data = open(path, "rb").read()
    order = {b"\xd4\xc3\xb2\xa1": "<", b"\xa1\xb2\xc3\xd4": ">"}.get(data[:4])
    if order is None or struct.unpack(order + "I", data[20:24])[0] != 1:
        return
    at = 24
    while at + 16 <= len(data):
        seconds, micros, kept, length = struct.unpack(order + "IIII", data[at : at + 16])
        at += 16
        if kept > 65535 or at + kept > len(data):
            return
        yield seconds * 1_000_000 + micros, length, data[at : at + kept]
        at += kept


def make(captures, path, megabytes):
    """Copies of all captures of IPv4 over Ethernet until the size is reached; a copy has addresses of its own, and runs on from the last."""
    sources = []
    for kind in ("mining", "benign"):
        folder = os.path.join(captures, kind)
        for name in sorted(os.listdir(folder)):
            each = list(packets(os.path.join(folder, name)))
            if each:
                sources.append((kind == "mining", each[0][0], each))
    size, copy, clock = 24, 0, 1_700_000_000_000_000
    with open(path, "wb") as out:
        out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        while size < megabytes * 1_000_000:
            copy += 1
            mask = struct.pack(">H", copy & 0xFFFF)
            for mines, start, each in sources:
                # Mining is rare in practice: one copy in 32 has it.
                if mines and copy % 32 != 1:
                    continue
                for at, length, data in each:
                    if data[12:14] == b"\x08\x00" and len(data) >= 34:
                        data = bytearray(data)
                        for place in (28, 32):
                            data[place] ^= mask[0]
                            data[place + 1] ^= mask[1]
                    when = clock + max(0, min(at - start, 3_600_000_000))
                    out.write(struct.pack("<IIII", when // 1_000_000, when % 1_000_000, len(data), length))
                    out.write(data)
                    size += 16 + len(data)
                clock += 1_000_000
    return size


def speed(options):
    folder = options.keep or tempfile.mkdtemp()
    path = os.path.join(folder, f"captures-{options.megabytes}.pcap")
    if not os.path.exists(path):
        os.makedirs(folder, exist_ok=True)
        make(options.captures, path, options.megabytes)
    size = os.path.getsize(path) / 1e6
    commands = {"Poolhound, the whole hunt": [options.poolhound, "hunt", path, "--format", "jsonl", "--quiet", "--threads", "2"]}
    if shutil.which("ndpiReader"):
        commands["ndpiReader"] = ["ndpiReader", "-i", path, "-q"]
    if shutil.which("tcpdump"):
        commands["tcpdump, reading only"] = ["tcpdump", "-r", path, "-n", "-w", "/dev/null"]
    logs = tempfile.mkdtemp()
    if shutil.which("suricata") and options.rules:
        commands["Suricata"] = ["suricata", "-r", path, "-S", options.rules, "-l", logs, "-k", "none"]
    open(path, "rb").read(1)
    print(f"{size:.0f} MB\n\n| tool | wall s | CPU s | MB per CPU-second | peak MiB |\n|---|---:|---:|---:|---:|")
    results = {name: [] for name in commands}
    for _ in range(options.runs):
        for name, command in commands.items():
            results[name].append(run(command)[:3])
    for name, each in results.items():
        wall, cpu = (statistics.median(r[n] for r in each) for n in (0, 1))
        print(f"| {name} | {wall:.2f} | {cpu:.2f} | {size / cpu:.0f} | {max(r[2] for r in each) / 2**20:.0f} |")
    shutil.rmtree(logs)
    if not options.keep:
        shutil.rmtree(folder)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--captures", default="../shared/corpora/evidence/pcap", help="a folder with mining/ and benign/")
    options.add_argument("--poolhound", default=os.path.join(os.environ.get("CARGO_TARGET_DIR", "target"), "release", "poolhound"))
    options.add_argument("--rules", help="Suricata's mining rules, one file")
    options.add_argument("--megabytes", type=int)
    options.add_argument("--runs", type=int, default=3)
    options.add_argument("--keep", help="generate there, and use what is there")
    options = options.parse_args()
    speed(options) if options.megabytes else table(options)


if __name__ == "__main__":
    main()
