#!/usr/bin/env node
import * as module from 'node:module'

// where Node can (22.8 and later), it keeps what it has compiled for the next start
if ('enableCompileCache' in module && typeof module.enableCompileCache === 'function')
  module.enableCompileCache()
await import('./command.ts')
