/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "verify/manifest-private.h"

#include "base/error.h"
#include "base/name.h"

void
suture_manifest_file_free (SutureManifestFile *self)
{
  if (self == NULL)
    return;
  g_free (self->path);
  g_free (self->content);
  g_clear_pointer (&self->old, g_ptr_array_unref);
  g_free (self);
}

void
suture_manifest_obsolete_free (SutureManifestObsolete *self)
{
  if (self == NULL)
    return;
  g_free (self->path);
  g_clear_pointer (&self->sha256, g_ptr_array_unref);
  g_free (self);
}

void
suture_payload_free (SuturePayload *self)
{
  if (self == NULL)
    return;
  g_free (self->encoding);
  g_free (self->sha256);
  g_free (self);
}

SutureManifest *
suture_manifest_new (void)
{
  SutureManifest *self = g_atomic_rc_box_new0 (SutureManifest);

  self->title = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->description = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->vulnerabilities = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);
  self->bases = g_ptr_array_new_with_free_func (g_free);
  self->files = g_ptr_array_new_with_free_func ((GDestroyNotify) suture_manifest_file_free);
  self->obsoletes = g_ptr_array_new_with_free_func ((GDestroyNotify) suture_manifest_obsolete_free);
  self->payloads = g_ptr_array_new_with_free_func ((GDestroyNotify) suture_payload_free);
  self->restart = g_ptr_array_new_with_free_func (g_free);
  self->never_restart = g_ptr_array_new_with_free_func (g_free);
  self->reopen = g_ptr_array_new_with_free_func (g_free);
  self->health = g_ptr_array_new_with_free_func ((GDestroyNotify) suture_health_check_free);
  return self;
}

static void
clear (gpointer box)
{
  SutureManifest *self = box;
  char *strings[] = { self->id,          self->component,       self->kind,         self->severity,
                      self->publisher,   self->base_id,         self->base_version_id, self->base_architecture,
                      self->result,      self->image_sha256,    self->verity_salt,  self->verity_root_hash };
  GPtrArray *arrays[] = { self->vulnerabilities, self->bases,   self->files,         self->obsoletes,
                          self->payloads,        self->restart, self->never_restart, self->reopen,
                          self->health };

  for (gsize i = 0; i < G_N_ELEMENTS (strings); i++)
    g_free (strings[i]);
  for (gsize i = 0; i < G_N_ELEMENTS (arrays); i++)
    g_ptr_array_unref (arrays[i]);
  g_hash_table_unref (self->title);
  g_hash_table_unref (self->description);
}

SutureManifest *
suture_manifest_ref (SutureManifest *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
suture_manifest_unref (SutureManifest *self)
{
  if (self != NULL)
    g_atomic_rc_box_release_full (self, clear);
}

gboolean
suture_manifest_is_for (const SutureManifest *self, const SutureRelease *release)
{
  return g_str_equal (self->base_id, release->id) && g_str_equal (self->base_version_id, release->version_id)
         && g_str_equal (self->base_architecture, release->architecture);
}

gboolean
suture_manifest_check_id (const SutureManifest *self, GError **error)
{
  g_autofree char *letter = suture_name_letter (self->number);
  g_autofree char *id = g_strconcat (self->component, "-", letter, NULL);

  if (g_str_equal (self->id, id))
    return TRUE;
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "number %u of component %s has to be called %s, not %s",
               self->number, self->component, id, self->id);
  return FALSE;
}

const char *
suture_manifest_common_path (const SutureManifest *a, const SutureManifest *b)
{
  /* both lists are sorted */
  for (guint i = 0, j = 0; i < a->files->len && j < b->files->len;)
    {
      const SutureManifestFile *left = a->files->pdata[i];
      const SutureManifestFile *right = b->files->pdata[j];
      int order = strcmp (left->path, right->path);

      if (order == 0)
        return left->path;
      i += order < 0;
      j += order > 0;
    }
  return NULL;
}

char *
suture_manifest_extension (const SutureManifest *self)
{
  return g_strconcat ("suture-", self->id, NULL);
}

const char *
suture_manifest_text (GHashTable *texts, const char *const *locales)
{
  const char *text;

  for (gsize i = 0; locales != NULL && locales[i] != NULL; i++)
    {
      text = g_hash_table_lookup (texts, locales[i]);
      if (text != NULL)
        return text;
    }
  text = g_hash_table_lookup (texts, "en");
  return text != NULL ? text : "";
}
