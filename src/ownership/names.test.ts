import { describe, expect, test } from 'vitest'
import {
  looksLikeAuthorship,
  looksLikeLastTouch,
  looksLikeMembership,
  looksLikeOtherTie,
  looksLikeOwner,
  looksLikeRegister,
  looksLikeRole,
  looksLikeTenant,
  looksLikeUserRelation,
  singular,
  wordsOf,
} from './names.ts'

describe('the words of a name', () => {
  test.each([
    ['owner_id', ['owner', 'id']],
    ['ownerId', ['owner', 'id']],
    ['OwnerID', ['owner', 'id']],
    ['HTTPServerURL', ['http', 'server', 'url']],
    ['user id', ['user', 'id']],
    ['proprietário', ['proprietario']],
    ['__internal__', ['internal']],
    ['', []],
  ])('of %j are %j', (name, words) => {
    expect(wordsOf(name)).toEqual(words)
  })

  test.each([
    ['companies', 'company'],
    ['teams', 'team'],
    ['classes', 'class'],
    ['boxes', 'box'],
    ['branches', 'branch'],
    ['status', 'status'],
    ['business', 'business'],
  ])('%s in the singular is %s', (plural, word) => {
    expect(singular(plural)).toBe(word)
  })
})

describe.each([
  [
    'the user whose row it is',
    looksLikeOwner,
    ['user_id', 'userId', 'UserID', 'owner', 'owner_id', 'auth_user_id', 'profile_id', 'id_usuario', 'uid'],
    ['id', 'username', 'created_by', 'customer_id', 'user_agent', 'recipient_id'],
  ],
  [
    'who made the row',
    looksLikeAuthorship,
    [
      'created_by',
      'createdBy',
      'createdby',
      'author_id',
      'uploader',
      'updated_by',
      'criado_por',
      'erstellt_von',
    ],
    ['user_id', 'by', 'nearby', 'created_at', 'standby'],
  ],
  [
    'who touched the row last',
    looksLikeLastTouch,
    ['updated_by', 'last_modified_by', 'approvedBy', 'invited_by'],
    ['created_by', 'author_id', 'updated_at', 'uploaded_by'],
  ],
  [
    'a group of people',
    looksLikeTenant,
    ['organizations', 'org_id', 'tenantId', 'Workspace', 'companies', 'team_id', 'id_empresa'],
    ['users', 'projects', 'team_members', 'organization_name'],
  ],
  [
    'a membership',
    looksLikeMembership,
    ['organization_members', 'WorkspaceMember', 'user_roles', 'enrollments', 'empresa_usuarios'],
    ['projects', 'likes', 'organizations'],
  ],
  [
    'a tie that is no membership',
    looksLikeOtherTie,
    ['post_likes', 'shares', 'followers', 'invitations', 'order_items', 'PageView'],
    ['members', 'projects', 'teams'],
  ],
  [
    'people',
    looksLikeUserRelation,
    ['users', 'profiles', 'User', 'app_users', 'people'],
    ['user_movies_seen', 'orders', 'user_preferences'],
  ],
  [
    'a list of people with rights',
    looksLikeRegister,
    ['admins', 'staff', 'app_moderators'],
    ['users', 'administration'],
  ],
  [
    'what a member may do',
    looksLikeRole,
    ['role', 'member_role', 'papel', 'Rolle'],
    ['roles_count', 'status'],
  ],
] as const)('a name of %s', (_, looks, yes, no) => {
  test.each(yes)('%s is one', (name) => {
    expect(looks(name)).toBe(true)
  })

  test.each(no)('%s is none', (name) => {
    expect(looks(name)).toBe(false)
  })
})
