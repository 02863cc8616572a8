"""Twenty loosenings of the cities' data, others on each run: a test must notice each one.

The whole of it is `tools/clauses --mutate 0`.
"""
import random
import subprocess
import sys

tool, build = sys.argv[1:]
seed = random.SystemRandom().randrange(1, 1 << 30)
run = subprocess.run([sys.executable, tool, "--mutate", "20", "--seed", str(seed), "--build", build], capture_output=True, text=True, check=False)
print(run.stdout, run.stderr)
print("[  PASSED  ] 1 test(s)." if run.returncode == 0 else "[  FAILED  ] 1 test(s).")
sys.exit(run.returncode)
