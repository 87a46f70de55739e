/** Projects of one small table: what a test is about stands out, and a run takes a second. */
const NOTES = `create table public.notes (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  body text not null
);
alter table public.notes enable row level security;
`

const OWN = `create policy "own notes" on public.notes for all to authenticated
  using (user_id = auth.uid()) with check (user_id = auth.uid());
`

export const SOUND = { 'migrations/1_notes.sql': NOTES + OWN }

export const LEAKY = {
  'migrations/1_notes.sql': NOTES + OWN.replace('using (user_id = auth.uid())', 'using (true)'),
}

export const withConfig = (config: object): Readonly<Record<string, string>> => ({
  ...SOUND,
  'rls.config.json': JSON.stringify(config),
})

/** Longer than any test waits. */
const SLEEP = 'perform pg_sleep(60);'

/** Projects that stay in one phase until somebody ends them. */
export const HELD = {
  migrate: { ...SOUND, 'migrations/2_wait.sql': `do $$ begin ${SLEEP} end $$;` },
  seed: {
    ...SOUND,
    'migrations/2_wait.sql': `create function public.wait() returns trigger language plpgsql as
      $$ begin ${SLEEP} return new; end $$;
      create trigger wait before insert on public.notes for each row execute function public.wait();`,
  },
  probe: {
    ...SOUND,
    'migrations/2_wait.sql': `create function public.wait() returns boolean language plpgsql as
      $$ begin ${SLEEP} return true; end $$;
      create policy wait on public.notes as restrictive using (public.wait());`,
  },
} as const

export type Phase = keyof typeof HELD
export const PHASES = ['migrate', 'seed', 'probe'] as const satisfies readonly Phase[]
