/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which root is trusted: the first one, those that follow it, and what a rotation of keys takes away. */
#include "base/error.h"
#include "feed/trust-private.h"

#define ROTATIONS_MAX 256 /* new roots in one refresh; the specification leaves the number to the client */

/* The root that follows @before, signed by the quorums of both. The old quorum is asked before anything is read. */
static SutureMetadata *
read_next_root (const SutureMetadata *before, GBytes *bytes, GError **error)
{
  SutureTrustWanted wanted = suture_trust_wanted (before, SUTURE_METADATA_ROOT);
  g_autoptr (SutureMetadata) root = suture_trust_verify (&wanted, bytes, error);

  if (root == NULL
      || !suture_role_verify (root->roles[SUTURE_METADATA_ROOT], root->keys, root->envelope, "root", error))
    return NULL;
  if (root->version == before->version + 1)
    return g_steal_pointer (&root);
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_ROLLBACK,
               "root has version %" G_GINT64_FORMAT " where %" G_GINT64_FORMAT " must follow", root->version,
               before->version + 1);
  return NULL;
}

static gboolean
is_rotated (const SutureMetadata *before, const SutureMetadata *after, SutureMetadataType type)
{
  return suture_role_is_rotated (before->roles[type], before->keys, after->roles[type], after->keys);
}

/* Makes @root the trusted one. roots/N comes first: whoever finds it beside an older root.json (the power was cut here)
 * does the rest again. Where online keys were taken away, what they signed is no floor any more: versions that a thief
 * drove up must not lock the machine out. */
static gboolean
adopt_root (SutureTrust *self, SutureMetadata *root, gboolean forget, GError **error)
{
  g_autoptr (SutureMetadata) owned = root;

  if (!suture_store_save_root (self->store, root->version, root->envelope->bytes, error))
    return FALSE;
  if (forget && self->root != NULL
      && (is_rotated (self->root, root, SUTURE_METADATA_TIMESTAMP)
          || is_rotated (self->root, root, SUTURE_METADATA_SNAPSHOT))
      && (!suture_store_forget (self->store, "timestamp", error)
          || !suture_store_forget (self->store, "snapshot", error)))
    return FALSE;
  if (!suture_store_save (self->store, "root", root->envelope->bytes, error))
    return FALSE;
  g_clear_pointer (&self->root, suture_metadata_free);
  self->root = g_steal_pointer (&owned);
  return TRUE;
}

/* Whether @root is one of those that were trusted here. */
static gboolean
is_in_chain (SutureTrust *self, const SutureMetadata *root, gboolean *found, GError **error)
{
  g_autoptr (GBytes) bytes = NULL;

  if (!suture_store_load_root (self->store, root->version, &bytes, error))
    return FALSE;
  *found = bytes != NULL && g_bytes_equal (bytes, root->envelope->bytes);
  return TRUE;
}

/* Follows roots/N from the trusted root on; a file that does not follow is none of this chain and goes. */
static gboolean
follow_local_roots (SutureTrust *self, gboolean forget, GError **error)
{
  for (;;)
    {
      g_autoptr (GBytes) bytes = NULL;
      SutureMetadata *next;

      if (!suture_store_load_root (self->store, self->root->version + 1, &bytes, error))
        return FALSE;
      if (bytes == NULL)
        return TRUE;
      next = read_next_root (self->root, bytes, NULL);
      if (next == NULL)
        return suture_store_forget_root (self->store, self->root->version + 1, error);
      if (!adopt_root (self, next, forget, error))
        return FALSE;
    }
}

gboolean
suture_trust_find_root (SutureTrust *self, GBytes *first_root, GError **error)
{
  g_autoptr (SutureMetadata) first = first_root != NULL ? suture_metadata_parse_root (first_root, error) : NULL;
  g_autoptr (GBytes) bytes = NULL;
  gboolean known = TRUE;
  gboolean intact;

  if (first_root != NULL && first == NULL)
    {
      g_prefix_error (error, "the first root: ");
      return FALSE;
    }
  if (!suture_store_load (self->store, "root", SUTURE_METADATA_ROOT, &bytes, error)
      || (first != NULL && !is_in_chain (self, first, &known, error)))
    return FALSE;
  if (bytes != NULL && known)
    self->root = suture_metadata_parse_root (bytes, NULL);
  intact = self->root != NULL;
  if (!intact && first == NULL)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND, "there is no trusted root");
      return FALSE;
    }
  if (!intact)
    return adopt_root (self, g_steal_pointer (&first), FALSE, error) && follow_local_roots (self, FALSE, error);
  if (!is_in_chain (self, self->root, &known, error)
      || (!known && !suture_store_save_root (self->store, self->root->version, bytes, error)))
    return FALSE;
  return follow_local_roots (self, TRUE, error);
}

gboolean
suture_trust_update_root (SutureTrust *self, SutureSource *source, GError **error)
{
  for (int i = 0;; i++)
    {
      g_autofree char *name = g_strdup_printf ("%" G_GINT64_FORMAT ".root.json", self->root->version + 1);
      g_autoptr (GError) why = NULL;
      g_autoptr (GBytes) bytes = NULL;
      SutureMetadata *next;

      bytes = suture_trust_get_file (source, name, suture_metadata_max_length (SUTURE_METADATA_ROOT), &why);
      if (g_error_matches (why, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND))
        return TRUE;
      if (bytes == NULL)
        {
          g_propagate_error (error, g_steal_pointer (&why));
          return FALSE;
        }
      if (i == ROTATIONS_MAX)
        {
          g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "the server has more than %d new roots",
                       ROTATIONS_MAX);
          return FALSE;
        }
      next = read_next_root (self->root, bytes, error);
      if (next == NULL || !adopt_root (self, next, TRUE, error))
        return FALSE;
    }
}
