/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "description.h"

#include <json-glib/json-glib.h>

static void
payload_free (gpointer data)
{
  SutureDescriptionPayload *self = data;

  g_free (self->sha256);
  g_free (self);
}

SutureDescription *
suture_description_new (void)
{
  SutureDescription *self = g_new0 (SutureDescription, 1);

  self->bases = g_ptr_array_new_with_free_func (g_free);
  self->payloads = g_ptr_array_new_with_free_func (payload_free);
  return self;
}

void
suture_description_free (SutureDescription *self)
{
  if (self == NULL)
    return;
  g_free (self->id);
  g_free (self->component);
  g_free (self->base_id);
  g_free (self->base_version_id);
  g_free (self->base_architecture);
  g_ptr_array_unref (self->bases);
  g_free (self->result);
  g_free (self->image_sha256);
  g_free (self->salt);
  g_free (self->root_hash);
  g_ptr_array_unref (self->payloads);
  g_free (self);
}

void
suture_description_add_payload (
    SutureDescription *self, const char *encoding, int base, guint64 size, const char *sha256)
{
  SutureDescriptionPayload *payload = g_new0 (SutureDescriptionPayload, 1);

  payload->encoding = encoding;
  payload->base = base;
  payload->size = size;
  payload->sha256 = g_strdup (sha256);
  g_ptr_array_add (self->payloads, payload);
}

static void
add_string (JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value);
}

static void
add_integer (JsonBuilder *builder, const char *name, guint64 value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, (gint64) value);
}

static void
add_boolean (JsonBuilder *builder, const char *name, gboolean value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_boolean_value (builder, value);
}

static void
add_texts (JsonBuilder *builder, const char *name, GHashTable *texts)
{
  g_autoptr (GList) languages = g_list_sort (g_hash_table_get_keys (texts), (GCompareFunc) g_strcmp0);

  json_builder_set_member_name (builder, name);
  json_builder_begin_object (builder);
  for (GList *at = languages; at != NULL; at = at->next)
    add_string (builder, at->data, g_hash_table_lookup (texts, at->data));
  json_builder_end_object (builder);
}

/* NULL elements become null. */
static void
add_strings (JsonBuilder *builder, const char *name, char *const *strings, guint n)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_array (builder);
  for (guint i = 0; i < n; i++)
    if (strings[i] != NULL)
      json_builder_add_string_value (builder, strings[i]);
    else
      json_builder_add_null_value (builder);
  json_builder_end_array (builder);
}

static void
add_label (JsonBuilder *builder, const char *label)
{
  json_builder_begin_object (builder);
  add_string (builder, "label", label);
  json_builder_end_object (builder);
}

static void
add_base (JsonBuilder *builder, const SutureDescription *self)
{
  json_builder_set_member_name (builder, "base");
  json_builder_begin_object (builder);
  add_string (builder, "id", self->base_id);
  add_string (builder, "version_id", self->base_version_id);
  add_string (builder, "architecture", self->base_architecture);
  json_builder_end_object (builder);
  json_builder_set_member_name (builder, "bases");
  json_builder_begin_array (builder);
  for (guint b = 0; b < self->bases->len; b++)
    add_label (builder, g_ptr_array_index (self->bases, b));
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "result");
  add_label (builder, self->result);
}

static void
add_vulnerabilities (JsonBuilder *builder, const SutureNotes *notes)
{
  json_builder_set_member_name (builder, "vulnerabilities");
  json_builder_begin_array (builder);
  for (guint i = 0; i < notes->vulnerabilities->len; i++)
    {
      GStrv texts = g_ptr_array_index (notes->vulnerabilities, i);

      json_builder_begin_object (builder);
      add_string (builder, "id", texts[0]);
      add_string (builder, "title", texts[1]);
      add_string (builder, "credit", texts[2]);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
add_files (JsonBuilder *builder, const SutureChanges *changes)
{
  json_builder_set_member_name (builder, "files");
  json_builder_begin_array (builder);
  for (guint i = 0; i < changes->files->len; i++)
    {
      const SutureChange *change = g_ptr_array_index (changes->files, i);
      char mode[8];

      json_builder_begin_object (builder);
      add_string (builder, "path", change->path);
      add_string (builder, "type", change->is_link ? "symlink" : "file");
      if (change->is_link)
        add_string (builder, "target", change->content);
      else
        {
          g_snprintf (mode, sizeof mode, "%04o", change->mode);
          add_string (builder, "mode", mode);
          add_integer (builder, "size", change->size);
          add_string (builder, "sha256", change->content);
        }
      add_strings (builder, "old", (char *const *) change->old->pdata, change->old->len);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "obsoletes");
  json_builder_begin_array (builder);
  for (guint i = 0; i < changes->obsoletes->len; i++)
    {
      const SutureObsolete *obsolete = g_ptr_array_index (changes->obsoletes, i);

      json_builder_begin_object (builder);
      add_string (builder, "path", obsolete->path);
      add_strings (builder, "sha256", (char *const *) obsolete->sha256->pdata, obsolete->sha256->len);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
add_image (JsonBuilder *builder, const SutureDescription *self)
{
  json_builder_set_member_name (builder, "image");
  json_builder_begin_object (builder);
  add_integer (builder, "size", self->image_size);
  add_string (builder, "sha256", self->image_sha256);
  json_builder_set_member_name (builder, "verity");
  json_builder_begin_object (builder);
  add_string (builder, "algorithm", "sha256");
  add_integer (builder, "block_size", 4096);
  add_string (builder, "salt", self->salt);
  add_string (builder, "root_hash", self->root_hash);
  json_builder_end_object (builder);
  json_builder_end_object (builder);
  json_builder_set_member_name (builder, "payloads");
  json_builder_begin_array (builder);
  for (guint i = 0; i < self->payloads->len; i++)
    {
      const SutureDescriptionPayload *payload = g_ptr_array_index (self->payloads, i);

      json_builder_begin_object (builder);
      add_string (builder, "encoding", payload->encoding);
      if (payload->base >= 0)
        add_integer (builder, "base", (guint64) payload->base);
      add_integer (builder, "size", payload->size);
      add_string (builder, "sha256", payload->sha256);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

/* Not there where there is none: readers from before it refuse it. */
static void
add_health (JsonBuilder *builder, char **health)
{
  if (*health == NULL)
    return;
  json_builder_set_member_name (builder, "health");
  json_builder_begin_array (builder);
  for (char **at = health; *at != NULL; at++)
    {
      g_auto (GStrv) words = g_strsplit (*at, " ", 2);

      json_builder_begin_object (builder);
      add_string (builder, *words[0] == '/' ? "program" : "unit", words[0]);
      add_integer (builder, "seconds", g_ascii_strtoull (words[1], NULL, 10));
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
add_effects (JsonBuilder *builder, const SutureNotes *notes)
{
  json_builder_set_member_name (builder, "effects");
  json_builder_begin_object (builder);
  add_strings (builder, "restart", notes->restart, g_strv_length (notes->restart));
  add_strings (builder, "never_restart", notes->never_restart, g_strv_length (notes->never_restart));
  add_strings (builder, "reopen", notes->reopen, g_strv_length (notes->reopen));
  add_boolean (builder, "reboot", notes->reboot);
  add_health (builder, notes->health);
  json_builder_end_object (builder);
}

GBytes *
suture_description_write (const SutureDescription *self, const SutureNotes *notes, const SutureChanges *changes)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autoptr (JsonNode) root = NULL;
  gsize length;
  char *text;

  json_builder_begin_object (builder);
  add_integer (builder, "format", 1);
  add_string (builder, "id", self->id);
  add_string (builder, "component", self->component);
  add_integer (builder, "number", self->number);
  add_string (builder, "kind", notes->kind);
  add_string (builder, "severity", notes->severity);
  add_boolean (builder, "exploited", notes->exploited);
  add_string (builder, "publisher", self->publisher);
  add_texts (builder, "title", notes->title);
  add_texts (builder, "description", notes->description);
  add_vulnerabilities (builder, notes);
  add_base (builder, self);
  add_files (builder, changes);
  add_image (builder, self);
  add_effects (builder, notes);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  json_generator_set_root (generator, root);
  json_generator_set_pretty (generator, TRUE);
  text = json_generator_to_data (generator, &length);
  return g_bytes_new_take (text, length);
}
