/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "feed/delegation.h"

#include "base/digest.h"
#include "base/error.h"
#include "base/json.h"

static void
delegation_free (SutureDelegation *self)
{
  g_free (self->name);
  g_clear_pointer (&self->role, suture_role_free);
  g_clear_pointer (&self->paths, g_ptr_array_unref);
  g_clear_pointer (&self->prefixes, g_ptr_array_unref);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SutureDelegation, delegation_free)

/* Strings of the optional array @name; *@strings stays NULL without it. */
static gboolean
read_strings (JsonObject *object, const char *name, GPtrArray **strings, GError **error)
{
  JsonArray *array = NULL;

  if (!suture_json_read_array (object, name, SUTURE_JSON_OPTIONAL, &array, error))
    return FALSE;
  if (array == NULL)
    return TRUE;
  *strings = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      const char *text = suture_json_element_string (array, i, name, error);

      if (text == NULL)
        return FALSE;
      g_ptr_array_add (*strings, g_strdup (text));
    }
  return TRUE;
}

static gboolean
name_is_usable (const char *name)
{
  const char *const taken[] = { "root", "timestamp", "snapshot", "targets", NULL };
  g_autofree char *encoded = g_uri_escape_string (name, NULL, FALSE);

  return *name != '\0' && strlen (encoded) <= SUTURE_DELEGATION_NAME_MAX && !g_strv_contains (taken, name);
}

static SutureDelegation *
delegation_parse (JsonObject *object, GError **error)
{
  g_autoptr (SutureDelegation) self = g_new0 (SutureDelegation, 1);
  const char *name = NULL;

  if (!suture_json_read_string (object, "name", SUTURE_JSON_REQUIRED, &name, error)
      || !suture_json_read_boolean (object, "terminating", SUTURE_JSON_REQUIRED, &self->terminating, error)
      || !read_strings (object, "paths", &self->paths, error)
      || !read_strings (object, "path_hash_prefixes", &self->prefixes, error))
    return NULL;
  self->name = g_strdup (name);
  if (!name_is_usable (name) || (self->paths == NULL) == (self->prefixes == NULL))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED,
                   "a delegation has a name that can't be used, or not exactly one of \"paths\" and \"path_hash_prefixes\"");
      return NULL;
    }
  self->role = suture_role_parse (object, error);
  return self->role != NULL ? g_steal_pointer (&self) : NULL;
}

SutureDelegations *
suture_delegations_parse (JsonObject *object, GError **error)
{
  g_autoptr (SutureDelegations) self = g_new0 (SutureDelegations, 1);
  JsonObject *keys = NULL;
  JsonArray *roles = NULL;

  self->roles = g_ptr_array_new_with_free_func ((GDestroyNotify) delegation_free);
  if (!suture_json_read_object (object, "keys", SUTURE_JSON_REQUIRED, &keys, error)
      || !suture_json_read_array (object, "roles", SUTURE_JSON_REQUIRED, &roles, error))
    return NULL;
  self->keys = suture_role_parse_keys (keys, error);
  if (self->keys == NULL)
    return NULL;
  for (guint i = 0; i < json_array_get_length (roles); i++)
    {
      JsonObject *element = suture_json_element_object (roles, i, "roles", error);
      SutureDelegation *delegation = element != NULL ? delegation_parse (element, error) : NULL;

      if (delegation == NULL)
        return NULL;
      if (suture_delegations_find (self, delegation->name) != NULL)
        {
          delegation_free (delegation);
          g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "a role is delegated to twice");
          return NULL;
        }
      g_ptr_array_add (self->roles, delegation);
    }
  return g_steal_pointer (&self);
}

void
suture_delegations_free (SutureDelegations *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->keys, g_hash_table_unref);
  g_clear_pointer (&self->roles, g_ptr_array_unref);
  g_free (self);
}

const SutureDelegation *
suture_delegations_find (const SutureDelegations *self, const char *name)
{
  for (guint i = 0; self != NULL && i < self->roles->len; i++)
    {
      const SutureDelegation *delegation = g_ptr_array_index (self->roles, i);

      if (g_str_equal (delegation->name, name))
        return delegation;
    }
  return NULL;
}

gboolean
suture_delegation_match (const char *pattern, const char *path)
{
  const char *star = NULL; /* behind the last '*' */
  const char *from = NULL; /* where its match may end at the earliest */

  while (*path != '\0')
    {
      if (*pattern == '*')
        {
          star = ++pattern;
          from = path;
        }
      else if (*pattern != '\0' && (*pattern == *path || (*pattern == '?' && *path != '/')))
        {
          /* behind a '/' no earlier '*' can help any more */
          if (*path == '/')
            star = NULL;
          path = *pattern == '?' ? g_utf8_next_char (path) : path + 1;
          pattern++;
        }
      else if (star != NULL && *from != '/')
        {
          pattern = star;
          from = g_utf8_next_char (from);
          path = from;
        }
      else
        return FALSE;
    }
  while (*pattern == '*')
    pattern++;
  return *pattern == '\0';
}

gboolean
suture_delegation_covers (const SutureDelegation *self, const char *path)
{
  g_autofree char *digest = NULL;

  for (guint i = 0; self->paths != NULL && i < self->paths->len; i++)
    if (suture_delegation_match (g_ptr_array_index (self->paths, i), path))
      return TRUE;
  if (self->prefixes == NULL)
    return FALSE;
  digest = suture_digest_data (path, strlen (path));
  for (guint i = 0; i < self->prefixes->len; i++)
    if (g_str_has_prefix (digest, g_ptr_array_index (self->prefixes, i)))
      return TRUE;
  return FALSE;
}
