#!/usr/bin/env node
import * as module from 'node:module'
import { setFlagsFromString } from 'node:v8'

// where Node can (22.8 and later), it keeps what it has compiled for the next start
if ('enableCompileCache' in module && typeof module.enableCompileCache === 'function')
  module.enableCompileCache()

const [major] = process.versions.node.split('.').map(Number)
for (const flag of [
  // V8 lets a heap grow to several times of what is in use before it looks: a third less memory takes 2 % of the time
  '--heap-growing-percent=80',
  // the server needs the other core. To optimize the SQL parser (WebAssembly, one huge function) takes a second of it, which
  // pays for itself in no run; what Node 20 optimizes early, hardly
  '--no-wasm-dynamic-tiering',
  '--no-wasm-tier-up',
  ...(major !== undefined && major < 22 ? ['--interrupt-budget=300000'] : []),
])
  setFlagsFromString(flag)

await import('./command.ts')
