/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "activate/boot.h"

#include <fcntl.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/name.h"
#include "base/paths.h"

#define FORMAT 1
#define BYTES_MAX (3 * SUTURE_BOOT_IDS_MAX * (SUTURE_NAME_MAX + 4) + 1024)
#define NAME_MAX_BYTES 64 /* bytes of a start's name; it has 36 */
#define START "start"     /* beside the lock, below /run/suture: gone at the next start */

typedef enum
{
  ENDED_NOT,      /* it runs, or was broken off */
  ENDED_ORDERLY,  /* shut down before it had finished */
  ENDED_COMPLETE, /* it had finished */
} Ended;

static const char *const ended_words[] = { "not", "orderly", "complete" };

struct _SutureBoot
{
  char *boot;           /* the start that was counted last; "" (owned) */
  Ended ended;          /* how that went */
  guint failed;         /* starts in a row, before that one, that did not finish */
  GPtrArray *tried;     /* ids that it was tried with; three lists of strings (owned) */
  GPtrArray *good;      /* … that a start has finished with */
  GPtrArray *left_out;
  gboolean without;     /* not kept */
  GBytes *saved;        /* as on the disk; NULL: nothing is there (owned) */
};

SutureBoot *
suture_boot_new (void)
{
  SutureBoot *self = g_new0 (SutureBoot, 1);

  self->boot = g_strdup ("");
  self->ended = ENDED_COMPLETE;
  self->tried = g_ptr_array_new_with_free_func (g_free);
  self->good = g_ptr_array_new_with_free_func (g_free);
  self->left_out = g_ptr_array_new_with_free_func (g_free);
  return self;
}

void
suture_boot_free (SutureBoot *self)
{
  if (self == NULL)
    return;
  g_free (self->boot);
  g_ptr_array_unref (self->tried);
  g_ptr_array_unref (self->good);
  g_ptr_array_unref (self->left_out);
  g_clear_pointer (&self->saved, g_bytes_unref);
  g_free (self);
}

static gboolean
has (GPtrArray *ids, const char *id)
{
  return g_ptr_array_find_with_equal_func (ids, id, g_str_equal, NULL);
}

static void
drop (GPtrArray *ids, const char *id)
{
  guint at;

  while (g_ptr_array_find_with_equal_func (ids, id, g_str_equal, &at))
    g_ptr_array_remove_index (ids, at);
}

/* The record */

static JsonArray *
array_of (GPtrArray *ids)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < ids->len; i++)
    json_array_add_string_element (array, ids->pdata[i]);
  return array;
}

GBytes *
suture_boot_to_bytes (const SutureBoot *self)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "boot", self->boot);
  json_object_set_string_member (object, "ended", ended_words[self->ended]);
  json_object_set_int_member (object, "failed", self->failed);
  json_object_set_int_member (object, "format", FORMAT);
  json_object_set_array_member (object, "good", array_of (self->good));
  json_object_set_array_member (object, "left_out", array_of (self->left_out));
  json_object_set_array_member (object, "tried", array_of (self->tried));
  json_node_take_object (node, object);
  return suture_json_canonical (node);
}

static gboolean
malformed (const char *what, GError **error)
{
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "%s cannot be used", what);
  return FALSE;
}

static gboolean
read_ids (JsonObject *object, const char *name, GPtrArray *ids, GError **error)
{
  JsonArray *array;

  if (!suture_json_read_array (object, name, SUTURE_JSON_REQUIRED, &array, error))
    return FALSE;
  if (json_array_get_length (array) > SUTURE_BOOT_IDS_MAX)
    return malformed (name, error);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      const char *id = suture_json_element_string (array, i, name, error);

      if (id == NULL)
        return FALSE;
      if (!suture_name_is_valid (id))
        return malformed (name, error);
      g_ptr_array_add (ids, g_strdup (id));
    }
  return TRUE;
}

static gboolean
read_ended (JsonObject *object, Ended *ended, GError **error)
{
  const char *word;

  if (!suture_json_read_string (object, "ended", SUTURE_JSON_REQUIRED, &word, error))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (ended_words); i++)
    if (g_str_equal (ended_words[i], word))
      {
        *ended = (Ended) i;
        return TRUE;
      }
  return malformed ("ended", error);
}

SutureBoot *
suture_boot_from_bytes (GBytes *bytes, GError **error)
{
  const char *const known[] = { "boot", "ended", "failed", "format", "good", "left_out", "tried", NULL };
  g_autoptr (JsonNode) node = suture_json_parse_object (bytes, BYTES_MAX, error);
  g_autoptr (SutureBoot) self = suture_boot_new ();
  JsonObject *object = node != NULL ? json_node_get_object (node) : NULL;
  gint64 format, failed;
  const char *boot;

  if (object == NULL || !suture_json_check_members (object, known, error)
      || !suture_json_read_integer (object, "format", SUTURE_JSON_REQUIRED, FORMAT, FORMAT, &format, error)
      || !suture_json_read_integer (object, "failed", SUTURE_JSON_REQUIRED, 0, SUTURE_BOOT_TRIES, &failed, error)
      || !suture_json_read_string (object, "boot", SUTURE_JSON_REQUIRED, &boot, error)
      || !read_ended (object, &self->ended, error) || !read_ids (object, "tried", self->tried, error)
      || !read_ids (object, "good", self->good, error) || !read_ids (object, "left_out", self->left_out, error))
    return NULL;
  if (strlen (boot) > NAME_MAX_BYTES)
    {
      malformed ("boot", error);
      return NULL;
    }
  self->failed = (guint) failed;
  g_free (self->boot);
  self->boot = g_strdup (boot);
  return g_steal_pointer (&self);
}

static gboolean
is_asked_to_go_without (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  /* the kernel's files have no size that could be asked for before they are read */
  if (g_file_get_contents (suture_path (SUTURE_PATH_COMMAND_LINE), &text, NULL, &error))
    return suture_boot_has_word (text);
  g_warning ("the kernel's command line is not known: %s", error->message);
  return FALSE;
}

SutureBoot *
suture_boot_load (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = suture_file_read (AT_FDCWD, suture_path (SUTURE_PATH_ROOT_BOOT), BYTES_MAX, &error);
  SutureBoot *self = bytes != NULL ? suture_boot_from_bytes (bytes, &error) : NULL;

  if (self == NULL && !g_error_matches (error, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND))
    g_warning ("the record of starts is damaged, so it begins anew: %s", error->message);
  if (self == NULL)
    self = suture_boot_new ();
  self->saved = g_steal_pointer (&bytes);
  self->without = is_asked_to_go_without ();
  return self;
}

gboolean
suture_boot_save (SutureBoot *self, GError **error)
{
  const char *path = suture_path (SUTURE_PATH_ROOT_BOOT);
  g_autofree char *parent = g_path_get_dirname (path);
  g_autofree char *name = g_path_get_basename (path);
  g_autoptr (GBytes) bytes = suture_boot_to_bytes (self);
  g_auto (SutureFd) folder = -1;

  if (self->saved != NULL && g_bytes_equal (self->saved, bytes))
    return TRUE;
  folder = suture_file_open_folder (parent, 0700, error);
  if (folder < 0
      || !suture_file_replace (folder, name, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), 0600, error))
    return FALSE;
  g_clear_pointer (&self->saved, g_bytes_unref);
  self->saved = g_steal_pointer (&bytes);
  return TRUE;
}

/* The reckoning */

char *
suture_boot_current (gboolean begins)
{
  g_autofree char *run = g_path_get_dirname (suture_path (SUTURE_PATH_LOCK));
  g_auto (SutureFd) folder = suture_file_open_folder (run, 0, NULL);
  g_autoptr (GBytes) bytes = folder >= 0 ? suture_file_read (folder, START, NAME_MAX_BYTES, NULL) : NULL;
  g_autofree char *name = g_uuid_string_random ();
  g_autoptr (GError) error = NULL;

  if (bytes != NULL)
    return g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  if (begins && folder >= 0 && suture_file_replace (folder, START, name, strlen (name), 0600, &error))
    return g_steal_pointer (&name);
  if (begins)
    g_warning ("this start has no name: %s", error != NULL ? error->message : run);
  return g_strdup ("");
}

static void
keep_only (GPtrArray *ids, const char *const *installed)
{
  for (guint i = ids->len; i > 0; i--)
    if (!g_strv_contains (installed, ids->pdata[i - 1]))
      g_ptr_array_remove_index (ids, i - 1);
}

/* Whether what is to be tried holds something that no start has finished with. */
static gboolean
is_untried (const SutureBoot *self)
{
  for (guint i = 0; i < self->tried->len; i++)
    if (!has (self->good, self->tried->pdata[i]))
      return TRUE;
  return FALSE;
}

static void
leave_out (SutureBoot *self)
{
  for (guint i = self->tried->len; i > 0; i--)
    if (!has (self->good, self->tried->pdata[i - 1]))
      g_ptr_array_add (self->left_out, g_ptr_array_steal_index (self->tried, i - 1));
}

gboolean
suture_boot_begin (SutureBoot *self, const char *boot, const char *const *installed)
{
  gboolean broken_off = self->ended == ENDED_NOT && *self->boot != '\0';
  gboolean left_out = FALSE;

  if (self->without || *boot == '\0' || g_str_equal (self->boot, boot))
    return FALSE;
  keep_only (self->good, installed);
  keep_only (self->left_out, installed);
  g_ptr_array_set_size (self->tried, 0);
  for (gsize i = 0; installed[i] != NULL && i < SUTURE_BOOT_IDS_MAX; i++)
    if (!has (self->left_out, installed[i]))
      g_ptr_array_add (self->tried, g_strdup (installed[i]));
  if (!is_untried (self))
    self->failed = 0;
  else if (broken_off && ++self->failed >= SUTURE_BOOT_TRIES)
    {
      leave_out (self);
      self->failed = 0;
      left_out = TRUE;
    }
  g_free (self->boot);
  self->boot = g_strdup (boot);
  /* nothing new: how it ends says nothing about an improvement */
  self->ended = is_untried (self) ? ENDED_NOT : ENDED_ORDERLY;
  return left_out;
}

void
suture_boot_complete (SutureBoot *self, const char *boot)
{
  if (!g_str_equal (self->boot, boot))
    return;
  self->ended = ENDED_COMPLETE;
  self->failed = 0;
  g_ptr_array_set_size (self->good, 0);
  for (guint i = 0; i < self->tried->len; i++)
    g_ptr_array_add (self->good, g_strdup (self->tried->pdata[i]));
}

void
suture_boot_end (SutureBoot *self, const char *boot)
{
  if (g_str_equal (self->boot, boot) && self->ended == ENDED_NOT)
    self->ended = ENDED_ORDERLY;
}

void
suture_boot_forget (SutureBoot *self, const char *id)
{
  drop (self->tried, id);
  drop (self->good, id);
  drop (self->left_out, id);
}

const char *
suture_boot_leaves_out (const SutureBoot *self, const char *id)
{
  if (has (self->left_out, id))
    return "boot";
  return self->without ? "asked" : NULL;
}

gboolean
suture_boot_is_without (const SutureBoot *self)
{
  return self->without;
}

void
suture_boot_set_without (SutureBoot *self, gboolean without)
{
  self->without = without;
}

gboolean
suture_boot_has_word (const char *command_line)
{
  g_auto (GStrv) words = g_strsplit_set (command_line, " \t\n", -1);

  return g_strv_contains ((const char *const *) words, SUTURE_BOOT_WORD);
}
