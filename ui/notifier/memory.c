/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "notifier/memory.h"

#define GROUP "Told"
#define ANNOUNCED "Automatic"
#define RECORD "Record"

struct _SutureMemory
{
  char *path;     /* (owned) */
  GKeyFile *file; /* (owned) */
};

SutureMemory *
suture_memory_new (void)
{
  SutureMemory *self = g_new0 (SutureMemory, 1);
  g_autoptr (GError) error = NULL;

  self->path = g_build_filename (g_get_user_state_dir (), "suture", "notifier", NULL);
  self->file = g_key_file_new ();
  if (!g_key_file_load_from_file (self->file, self->path, G_KEY_FILE_NONE, &error)
      && !g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    g_message ("%s: %s", self->path, error->message);
  return self;
}

void
suture_memory_free (SutureMemory *self)
{
  g_key_file_unref (self->file);
  g_free (self->path);
  g_free (self);
}

static void
save (SutureMemory *self)
{
  g_autofree char *folder = g_path_get_dirname (self->path);
  g_autoptr (GError) error = NULL;

  g_mkdir_with_parents (folder, 0700);
  if (!g_key_file_save_to_file (self->file, self->path, &error))
    g_message ("%s", error->message);
}

gboolean
suture_memory_get_announced (SutureMemory *self)
{
  return g_key_file_get_boolean (self->file, GROUP, ANNOUNCED, NULL);
}

void
suture_memory_set_announced (SutureMemory *self)
{
  if (suture_memory_get_announced (self))
    return;
  g_key_file_set_boolean (self->file, GROUP, ANNOUNCED, TRUE);
  save (self);
}

guint64
suture_memory_get_record (SutureMemory *self)
{
  return g_key_file_get_uint64 (self->file, GROUP, RECORD, NULL);
}

void
suture_memory_set_record (SutureMemory *self, guint64 id)
{
  if (id <= suture_memory_get_record (self))
    return;
  g_key_file_set_uint64 (self->file, GROUP, RECORD, id);
  save (self);
}
