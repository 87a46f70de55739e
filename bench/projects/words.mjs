export const COMMANDS = ['select', 'insert', 'update', 'delete']

/** roles that no caller comes in as */
export const ROLES_OF_NOBODY = [
  'service_role',
  'postgres',
  'supabase_admin',
  'supabase_auth_admin',
  'supabase_storage_admin',
  'dashboard_user',
]
