/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "keyring.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/name.h"
#include "verify/key.h"

#define SHORT_ID 8 /* hex digits of a key's id in its file's name */

typedef struct
{
  char *path;           /* (owned) */
  char *id;             /* (owned) */
  gboolean own;         /* it lies in the publisher's own folder */
  gboolean encrypted;   /* its private half is */
  gboolean locked;      /* and was not opened yet */
  SutureSigner *signer; /* once it was opened (owned) */
} Entry;

struct _SutureKeyring
{
  char *path; /* of the publisher's own, or NULL (owned) */
  SuturePassphrase *passphrase; /* (owned) */
  GPtrArray *entries; /* Entry (owned) */
  GString *complaint; /* (owned) */
};

static void
entry_free (gpointer data)
{
  Entry *self = data;

  g_clear_pointer (&self->signer, suture_signer_free);
  g_free (self->path);
  g_free (self->id);
  g_free (self);
}

void
suture_keyring_options_clear (SutureKeyringOptions *self)
{
  g_clear_pointer (&self->files, g_strfreev);
  g_clear_pointer (&self->folders, g_strfreev);
  g_clear_pointer (&self->passphrase_file, g_free);
}

static Entry *
find (SutureKeyring *self, const char *id)
{
  for (guint i = 0; i < self->entries->len; i++)
    if (g_str_equal (((Entry *) g_ptr_array_index (self->entries, i))->id, id))
      return g_ptr_array_index (self->entries, i);
  return NULL;
}

static Entry *
find_path (SutureKeyring *self, const char *path)
{
  for (guint i = 0; i < self->entries->len; i++)
    if (g_str_equal (((Entry *) g_ptr_array_index (self->entries, i))->path, path))
      return g_ptr_array_index (self->entries, i);
  return NULL;
}

/* Whether the file at @path is in the publisher's own folder, whatever way it was named. */
static gboolean
is_own (SutureKeyring *self, const char *path)
{
  g_autofree char *parent = g_path_get_dirname (path);
  struct stat own, other;

  return self->path != NULL && stat (self->path, &own) == 0 && stat (parent, &other) == 0 && own.st_dev == other.st_dev
         && own.st_ino == other.st_ino;
}

static Entry *
add (SutureKeyring *self, const char *path, const char *id)
{
  Entry *entry = g_new0 (Entry, 1);

  entry->path = g_strdup (path);
  entry->id = g_strdup (id);
  entry->own = is_own (self, path);
  g_ptr_array_add (self->entries, entry);
  return entry;
}

/* Notes the key in the file at @path; a public one alone is none that is at hand. @open: ask for its passphrase if nothing else
 * tells whose it is. */
static gboolean
note (SutureKeyring *self, const char *path, gboolean open, GError **error)
{
  gboolean locked = FALSE;
  gboolean private = FALSE;
  g_autoptr (GError) why = NULL;
  g_autoptr (JsonNode) node = suture_signer_read_public (AT_FDCWD, path, &locked, &private, &why);
  g_autoptr (SutureSigner) signer = NULL;
  g_autofree char *id = NULL;
  Entry *entry;

  if (node == NULL && !(locked && open))
    {
      g_propagate_error (error, g_steal_pointer (&why));
      return FALSE;
    }
  if (node == NULL)
    {
      signer = suture_signer_load (AT_FDCWD, path, self->passphrase, error);
      if (signer == NULL)
        return FALSE;
    }
  if (node != NULL && !private)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "%s is only the public half of a key", path);
      return FALSE;
    }
  id = signer != NULL ? g_strdup (suture_signer_get_id (signer)) : suture_key_compute_id (node);
  if (find (self, id) != NULL)
    return TRUE;
  entry = add (self, path, id);
  entry->encrypted = locked;
  entry->locked = locked && signer == NULL;
  entry->signer = g_steal_pointer (&signer);
  return TRUE;
}

static gboolean
note_folder (SutureKeyring *self, const char *path, GError **error)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, error);
  const char *name;

  if (folder == NULL)
    return FALSE;
  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);
      g_autoptr (GError) why = NULL;

      if (!g_str_has_suffix (name, ".pem") || name[0] == '.' || note (self, file, FALSE, &why))
        continue;
      g_string_append_printf (self->complaint, "%s%s", self->complaint->len > 0 ? "; " : "", why->message);
    }
  return TRUE;
}

/* Whoever can look in there can sign. */
static gboolean
check_private (const char *path, GError **error)
{
  g_auto (SutureFd) folder = open (path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  struct stat status;

  if (folder < 0 && errno == ENOENT)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND,
                   "there is no folder %s: bring it back, or make it (mode 0700) if all keys are kept elsewhere", path);
      return FALSE;
    }
  if (folder < 0 && (errno == ELOOP || errno == ENOTDIR))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_FAILED, "%s has to be a folder, and may be no link", path);
      return FALSE;
    }
  if (folder < 0 || fstat (folder, &status) < 0)
    return suture_error_set_errno (error, errno, "could not open the folder %s", path);
  if (status.st_uid != geteuid ())
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_FAILED, "%s belongs to another user: run this as its owner", path);
      return FALSE;
    }
  if ((status.st_mode & 077) == 0)
    return TRUE;
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_FAILED,
               "others can look into %s: chmod 0700 it, and replace the keys in it if somebody did", path);
  return FALSE;
}

static gboolean
note_all (SutureKeyring *self, const SutureKeyringOptions *options, GError **error)
{
  if (self->path != NULL && (!check_private (self->path, error) || !note_folder (self, self->path, error)))
    return FALSE;
  for (gsize i = 0; options->folders != NULL && options->folders[i] != NULL; i++)
    if (!note_folder (self, options->folders[i], error))
      return FALSE;
  for (gsize i = 0; options->files != NULL && options->files[i] != NULL; i++)
    if (!note (self, options->files[i], TRUE, error))
      return FALSE;
  return TRUE;
}

SutureKeyring *
suture_keyring_open (const char *path, const SutureKeyringOptions *options, GError **error)
{
  g_autoptr (SutureKeyring) self = g_new0 (SutureKeyring, 1);

  self->path = g_strdup (path);
  self->passphrase = suture_passphrase_new (options->passphrase_file, options->passphrase_fd);
  self->entries = g_ptr_array_new_with_free_func (entry_free);
  self->complaint = g_string_new ("");
  return note_all (self, options, error) ? g_steal_pointer (&self) : NULL;
}

void
suture_keyring_free (SutureKeyring *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->entries);
  g_string_free (self->complaint, TRUE);
  suture_passphrase_free (self->passphrase);
  g_free (self->path);
  g_free (self);
}

const char *
suture_keyring_place (SutureKeyring *self, const char *id)
{
  const Entry *entry = find (self, id);

  return entry != NULL ? entry->path : NULL;
}

gboolean
suture_keyring_is_own (SutureKeyring *self, const char *id)
{
  const Entry *entry = find (self, id);

  return entry != NULL && entry->own;
}

gboolean
suture_keyring_is_encrypted (SutureKeyring *self, const char *id)
{
  const Entry *entry = find (self, id);

  return entry != NULL && entry->encrypted;
}

gboolean
suture_keyring_is_locked (SutureKeyring *self, const char *id)
{
  const Entry *entry = find (self, id);

  return entry != NULL && entry->locked;
}

gboolean
suture_keyring_can_unlock (SutureKeyring *self)
{
  return suture_passphrase_is_given (self->passphrase);
}

SutureSigner *
suture_keyring_get (SutureKeyring *self, const char *id, GError **error)
{
  Entry *entry = find (self, id);

  if (entry == NULL || entry->signer != NULL)
    return entry != NULL ? entry->signer : NULL;
  entry->signer = suture_signer_load (AT_FDCWD, entry->path, self->passphrase, error);
  if (entry->signer == NULL)
    return NULL;
  entry->locked = FALSE;
  if (g_str_equal (suture_signer_get_id (entry->signer), id))
    return entry->signer;
  g_clear_pointer (&entry->signer, suture_signer_free);
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "the halves of %s are not of one key", entry->path);
  return NULL;
}

GPtrArray *
suture_keyring_ids (SutureKeyring *self)
{
  GPtrArray *ids = g_ptr_array_new ();

  for (guint i = 0; i < self->entries->len; i++)
    g_ptr_array_add (ids, ((Entry *) g_ptr_array_index (self->entries, i))->id);
  return ids;
}

const char *
suture_keyring_complaint (SutureKeyring *self)
{
  return self->complaint->len > 0 ? self->complaint->str : NULL;
}

SutureSigner *
suture_keyring_make (SutureKeyring *self, const SutureKeyringNew *new, GError **error)
{
  const char *where = new->folder != NULL ? new->folder : self->path;
  g_autoptr (SutureSigner) signer = suture_signer_create (new->type, error);
  g_auto (SutureFd) folder = -1;
  g_autofree char *name = NULL;
  g_autofree char *path = NULL;
  const char *passphrase = NULL;
  Entry *entry;

  if (signer == NULL || (folder = suture_file_open_folder (where, 0700, error)) < 0)
    return NULL;
  if (!suture_name_is_valid (new->role))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "\"%s\" can't be a role's name", new->role);
      return NULL;
    }
  name = new->plain_name
             ? g_strconcat (new->role, ".pem", NULL)
             : g_strdup_printf ("%s-%.*s.pem", new->role, SHORT_ID, suture_signer_get_id (signer));
  path = g_build_filename (where, name, NULL);
  entry = new->plain_name ? find_path (self, path) : NULL;
  if (entry != NULL)
    return suture_keyring_get (self, entry->id, error);
  if (new->encrypt && (passphrase = suture_passphrase_get (self->passphrase, path, TRUE, error)) == NULL)
    return NULL;
  if (!suture_signer_save (signer, folder, name, passphrase, error))
    {
      g_prefix_error (error, "%s: ", where);
      return NULL;
    }
  entry = add (self, path, suture_signer_get_id (signer));
  entry->encrypted = passphrase != NULL;
  entry->signer = g_steal_pointer (&signer);
  return entry->signer;
}
