import { spawn } from 'node:child_process'

/**
 * Lines on stdin: "pid N" names the server to guard, "done" ends the guard. The end of the stream without "done" means
 * that our process died, in whatever way. The server is signalled only while its own lock file carries that id: the id
 * may belong to somebody else by then. A dead server's zombie still answers kill -0, hence the look at the lock file.
 */
const SHELL_SCRIPT = `
trap "" INT TERM HUP
lock="$1/data/postmaster.pid"
while read -r word value; do
  case "$word" in
    pid) pid=$value ;;
    done) exit 0 ;;
  esac
done
tries=0
while [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null && [ $tries -lt 50 ]; do
  if [ "$(head -n 1 "$lock" 2>/dev/null)" = "$pid" ]; then
    seen=1
    kill -QUIT "$pid"
  elif [ -n "$seen" ]; then
    break
  fi
  tries=$((tries + 1))
  sleep 0.1
done
rm -rf "$1"
[ -n "$pid" ] || { sleep 2; rm -rf "$1"; }
`

const NODE_SCRIPT = `
const { rmSync } = require('node:fs')
let text = ''
process.stdin.on('data', (data) => { text += data })
process.stdin.on('end', () => {
  if (/^done$/m.test(text)) return
  const pid = Number([...text.matchAll(/^pid (\\d*)$/gm)].at(-1)?.[1])
  try { if (pid) process.kill(pid) } catch {}
  setTimeout(() => rmSync(process.argv[1], { recursive: true, force: true, maxRetries: 10 }), 500)
})
`

/** A process of its own that outlives ours, stops the server and removes its files. */
export interface Watchdog {
  /** from now on this is the server; undefined: there is none at the moment */
  readonly guard: (pid: number | undefined) => void
  /** ends the watch: everything was cleaned up */
  readonly release: () => void
  /** hands the rest over: stop the server, remove the files */
  readonly abandon: () => void
}

/** Starts watching over `root`, before there is anything in it that could be left behind. */
export function startWatchdog(root: string): Watchdog {
  const [file, args] =
    process.platform === 'win32'
      ? [process.execPath, ['-e', NODE_SCRIPT, root]]
      : ['/bin/sh', ['-c', SHELL_SCRIPT, 'rls-harness-watchdog', root]]
  const watchdog = spawn(file, args, {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true, // a Ctrl-C in the terminal must not reach it
    cwd: process.platform === 'win32' ? undefined : '/',
    env: {},
    windowsHide: true,
  })
  // Without a watchdog the janitor of the next run cleans up.
  watchdog.on('error', () => {})
  watchdog.stdin.on('error', () => {})
  watchdog.unref()
  if ('unref' in watchdog.stdin && typeof watchdog.stdin.unref === 'function') watchdog.stdin.unref()
  return {
    guard: (pid) => void watchdog.stdin.write(`pid ${pid ?? ''}\n`),
    release: () => void watchdog.stdin.end('done\n'),
    abandon: () => void watchdog.stdin.end(),
  }
}
