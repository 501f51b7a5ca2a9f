/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/digest.h"
#include "base/error.h"
#include "base/json.h"
#include "base/name.h"
#include "verify/image.h"
#include "verify/manifest-private.h"

#define MEMBERS(...) ((const char *const[]){ __VA_ARGS__, NULL })

#define BASES_MAX 32
#define LANGUAGES_MAX 256
#define VULNERABILITIES_MAX 512
#define PAYLOADS_MAX 64
#define UNITS_MAX 256
#define LABEL_BYTES 256
#define TARGET_BYTES 1024  /* of a link */
#define UNIT_NAME_BYTES 255 /* systemd.unit(5) */

static gboolean G_GNUC_PRINTF (2, 3)
wrong (GError **error, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  (void) suture_error_set_about (error, SUTURE_ERROR_MALFORMED, "the manifest's", format, args);
  va_end (args);
  return FALSE;
}

static gboolean
read_name (JsonObject *object, const char *member, gboolean may_be_empty, char **value, GError **error)
{
  const char *text;

  if (!suture_json_read_string (object, member, SUTURE_JSON_REQUIRED, &text, error))
    return FALSE;
  if (!suture_name_is_valid (text) && !(may_be_empty && *text == '\0'))
    return wrong (error, "%s is not a name", member);
  *value = g_strdup (text);
  return TRUE;
}

static gboolean
read_word (JsonObject *object, const char *member, const char *const *words, char **value, GError **error)
{
  const char *text;

  if (!suture_json_read_string (object, member, SUTURE_JSON_REQUIRED, &text, error))
    return FALSE;
  if (!g_strv_contains (words, text))
    return wrong (error, "%s has a value that is not known", member);
  *value = g_strdup (text);
  return TRUE;
}

static gboolean
read_text (JsonObject *object, const char *member, SutureJsonNeed need, gsize max, char **value, GError **error)
{
  const char *text = "";

  if (!suture_json_read_string (object, member, need, &text, error))
    return FALSE;
  *value = suture_name_clean_text (text, max, FALSE);
  return TRUE;
}

static gboolean
read_digest (JsonObject *object, const char *member, char **value, GError **error)
{
  const char *text;

  if (!suture_json_read_string (object, member, SUTURE_JSON_REQUIRED, &text, error))
    return FALSE;
  if (!suture_digest_is_valid (text))
    return wrong (error, "%s is not a SHA-256 in hex", member);
  *value = g_strdup (text);
  return TRUE;
}

static gboolean
read_size (JsonObject *object, const char *member, guint64 *value, gint64 minimum, GError **error)
{
  gint64 number;

  if (!suture_json_read_integer (object, member, SUTURE_JSON_REQUIRED, minimum, (gint64) SUTURE_MANIFEST_IMAGE_MAX,
                                 &number, error))
    return FALSE;
  *value = (guint64) number;
  return TRUE;
}

static gboolean
read_array (JsonObject *object, const char *member, guint minimum, guint maximum, JsonArray **array, GError **error)
{
  if (!suture_json_read_array (object, member, SUTURE_JSON_REQUIRED, array, error))
    return FALSE;
  if (json_array_get_length (*array) < minimum || json_array_get_length (*array) > maximum)
    return wrong (error, "%s has fewer than %u or more than %u elements", member, minimum, maximum);
  return TRUE;
}

/* BCP 47 or a locale's spelling: only ever compared. */
static gboolean
is_language (const char *tag)
{
  return g_ascii_isalpha (*tag) && strlen (tag) <= 32
         && strspn (tag, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_@.-") == strlen (tag);
}

static gboolean
read_texts (JsonObject *object, const char *member, gsize max, gboolean lines, GHashTable *texts, GError **error)
{
  JsonObject *languages;
  g_autoptr (GList) tags = NULL;

  if (!suture_json_read_object (object, member, SUTURE_JSON_REQUIRED, &languages, error))
    return FALSE;
  if (json_object_get_size (languages) > LANGUAGES_MAX)
    return wrong (error, "%s has more than %d languages", member, LANGUAGES_MAX);
  tags = json_object_get_members (languages);
  for (GList *at = tags; at != NULL; at = at->next)
    {
      const char *text;

      if (!is_language (at->data))
        return wrong (error, "%s has a member that is no language", member);
      if (!suture_json_read_string (languages, at->data, SUTURE_JSON_REQUIRED, &text, error))
        return FALSE;
      g_hash_table_insert (texts, g_strdup (at->data), suture_name_clean_text (text, max, lines));
    }
  if (!g_hash_table_contains (texts, "en") || *(const char *) g_hash_table_lookup (texts, "en") == '\0')
    return wrong (error, "%s has no text in \"en\"", member);
  return TRUE;
}

static gboolean
read_vulnerabilities (SutureManifest *self, JsonObject *object, GError **error)
{
  JsonArray *array;

  if (!read_array (object, "vulnerabilities", 0, VULNERABILITIES_MAX, &array, error))
    return FALSE;
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonObject *one = suture_json_element_object (array, i, "vulnerabilities", error);
      g_auto (GStrv) texts = g_new0 (char *, 4);

      if (one == NULL || !suture_json_check_members (one, MEMBERS ("id", "title", "credit"), error)
          || !read_text (one, "id", SUTURE_JSON_REQUIRED, SUTURE_NAME_MAX, &texts[0], error)
          || !read_text (one, "title", SUTURE_JSON_OPTIONAL, SUTURE_MANIFEST_TITLE_MAX, &texts[1], error)
          || !read_text (one, "credit", SUTURE_JSON_OPTIONAL, SUTURE_MANIFEST_TITLE_MAX, &texts[2], error))
        return FALSE;
      if (*texts[0] == '\0')
        return wrong (error, "vulnerabilities have one without an id");
      g_ptr_array_add (self->vulnerabilities, g_steal_pointer (&texts));
    }
  return TRUE;
}

static gboolean
read_base (SutureManifest *self, JsonObject *object, GError **error)
{
  JsonObject *base, *result;
  JsonArray *bases;

  if (!suture_json_read_object (object, "base", SUTURE_JSON_REQUIRED, &base, error)
      || !suture_json_check_members (base, MEMBERS ("id", "version_id", "architecture"), error)
      || !read_name (base, "id", FALSE, &self->base_id, error)
      || !read_name (base, "version_id", TRUE, &self->base_version_id, error)
      || !read_name (base, "architecture", FALSE, &self->base_architecture, error)
      || !read_array (object, "bases", 1, BASES_MAX, &bases, error)
      || !suture_json_read_object (object, "result", SUTURE_JSON_REQUIRED, &result, error)
      || !suture_json_check_members (result, MEMBERS ("label"), error)
      || !read_text (result, "label", SUTURE_JSON_REQUIRED, LABEL_BYTES, &self->result, error))
    return FALSE;
  for (guint i = 0; i < json_array_get_length (bases); i++)
    {
      JsonObject *one = suture_json_element_object (bases, i, "bases", error);
      char *label = NULL;

      if (one == NULL || !suture_json_check_members (one, MEMBERS ("label"), error)
          || !read_text (one, "label", SUTURE_JSON_REQUIRED, LABEL_BYTES, &label, error))
        return FALSE;
      g_ptr_array_add (self->bases, label);
    }
  return TRUE;
}

static gboolean
is_target (const char *target)
{
  gsize length = strlen (target);

  for (gsize i = 0; i < length; i++)
    if (g_ascii_iscntrl (target[i]))
      return FALSE;
  return length > 0 && length <= TARGET_BYTES;
}

/* What a file was in each base, null where it was not there. */
static gboolean
read_old (SutureManifest *self, SutureManifestFile *file, JsonObject *object, GError **error)
{
  JsonArray *array;

  if (!read_array (object, "old", self->bases->len, self->bases->len, &array, error))
    return FALSE;
  file->old = g_ptr_array_new_with_free_func (g_free);
  for (guint b = 0; b < self->bases->len; b++)
    {
      const char *content;

      if (json_array_get_null_element (array, b))
        {
          g_ptr_array_add (file->old, NULL);
          continue;
        }
      content = suture_json_element_string (array, b, "old", error);
      if (content == NULL)
        return FALSE;
      if (file->type == SUTURE_FILE_REGULAR ? !suture_digest_is_valid (content) : !is_target (content))
        return wrong (error, "old content of %s is neither null nor of the file's kind", file->path);
      g_ptr_array_add (file->old, g_strdup (content));
    }
  return TRUE;
}

/* Four octal digits; no file that everyone may write, and no privilege for a file that is new (THREATS.md 32). */
static gboolean
read_mode (SutureManifestFile *file, JsonObject *object, GError **error)
{
  gboolean is_new = g_ptr_array_find (file->old, NULL, NULL);
  const char *mode;

  if (!suture_json_read_string (object, "mode", SUTURE_JSON_REQUIRED, &mode, error))
    return FALSE;
  if (strlen (mode) != 4 || strspn (mode, "01234567") != 4)
    return wrong (error, "mode of %s is not four octal digits", file->path);
  file->mode = (guint) g_ascii_strtoull (mode, NULL, 8);
  if ((file->mode & 0002) != 0 || (file->mode & 0400) == 0)
    return wrong (error, "mode of %s lets everyone write or its owner not read", file->path);
  if (is_new && file->mode != 0644 && file->mode != 0755)
    return wrong (error, "mode of the new file %s is neither 0644 nor 0755", file->path);
  return TRUE;
}

static SutureManifestFile *
read_file (SutureManifest *self, JsonObject *object, GError **error)
{
  g_autoptr (SutureManifestFile) file = g_new0 (SutureManifestFile, 1);
  const char *path, *type, *target;

  if (!suture_json_read_string (object, "path", SUTURE_JSON_REQUIRED, &path, error)
      || !suture_image_path_is_allowed (path, error)
      || !suture_json_read_string (object, "type", SUTURE_JSON_REQUIRED, &type, error))
    return NULL;
  file->path = g_strdup (path);
  if (g_str_equal (type, "file"))
    {
      file->type = SUTURE_FILE_REGULAR;
      if (!suture_json_check_members (object, MEMBERS ("path", "type", "mode", "size", "sha256", "old"), error)
          || !read_size (object, "size", &file->size, 0, error)
          || !read_digest (object, "sha256", &file->content, error) || !read_old (self, file, object, error)
          || !read_mode (file, object, error))
        return NULL;
      return g_steal_pointer (&file);
    }
  file->type = SUTURE_FILE_SYMLINK;
  if (!g_str_equal (type, "symlink"))
    return wrong (error, "type of %s is neither file nor symlink", path), NULL;
  if (!suture_json_check_members (object, MEMBERS ("path", "type", "target", "old"), error)
      || !suture_json_read_string (object, "target", SUTURE_JSON_REQUIRED, &target, error)
      || !read_old (self, file, object, error))
    return NULL;
  if (!is_target (target))
    return wrong (error, "target of %s is not one that a link can have", path), NULL;
  file->content = g_strdup (target);
  return g_steal_pointer (&file);
}

/* Of every base at least one file is known, or "applies" would be true where nothing is installed; and of no file all
 * content is what it leaves. */
static gboolean
check_olds (SutureManifest *self, GError **error)
{
  for (guint b = 0; b < self->bases->len; b++)
    {
      gboolean present = FALSE, changed = FALSE;

      for (guint i = 0; i < self->files->len; i++)
        {
          const SutureManifestFile *file = g_ptr_array_index (self->files, i);
          const char *old = g_ptr_array_index (file->old, b);

          present = present || old != NULL;
          changed = changed || g_strcmp0 (old, file->content) != 0;
        }
      if (!present || !changed)
        return wrong (error, "base %u has no file that is replaced", b);
    }
  return TRUE;
}

static gboolean
read_files (SutureManifest *self, JsonObject *object, GError **error)
{
  JsonArray *array;
  guint64 total = 0;

  if (!read_array (object, "files", 1, SUTURE_MANIFEST_FILES_MAX, &array, error))
    return FALSE;
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonObject *one = suture_json_element_object (array, i, "files", error);
      SutureManifestFile *file = one != NULL ? read_file (self, one, error) : NULL;
      const SutureManifestFile *last = i > 0 ? g_ptr_array_index (self->files, i - 1) : NULL;

      if (file == NULL)
        return FALSE;
      g_ptr_array_add (self->files, file);
      if (last != NULL && strcmp (last->path, file->path) >= 0)
        return wrong (error, "files are not sorted by path, or have one twice, at %s", file->path);
      if (last != NULL && g_str_has_prefix (file->path, last->path) && file->path[strlen (last->path)] == '/')
        return wrong (error, "files have %s as a folder, too", last->path);
      total += file->size;
      if (total > SUTURE_MANIFEST_IMAGE_MAX)
        return wrong (error, "files are larger than an image may be");
    }
  return check_olds (self, error);
}

static gboolean
read_obsoletes (SutureManifest *self, JsonObject *object, GError **error)
{
  JsonArray *array, *digests;

  if (!read_array (object, "obsoletes", 0, SUTURE_MANIFEST_FILES_MAX, &array, error))
    return FALSE;
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonObject *one = suture_json_element_object (array, i, "obsoletes", error);
      SutureManifestObsolete *obsolete;
      const char *path;

      if (one == NULL || !suture_json_check_members (one, MEMBERS ("path", "sha256"), error)
          || !suture_json_read_string (one, "path", SUTURE_JSON_REQUIRED, &path, error)
          || !suture_image_path_is_allowed (path, error) || !read_array (one, "sha256", 1, BASES_MAX, &digests, error))
        return FALSE;
      obsolete = g_new0 (SutureManifestObsolete, 1);
      obsolete->path = g_strdup (path);
      obsolete->sha256 = g_ptr_array_new_with_free_func (g_free);
      g_ptr_array_add (self->obsoletes, obsolete);
      for (guint d = 0; d < json_array_get_length (digests); d++)
        {
          const char *digest = suture_json_element_string (digests, d, "sha256", error);

          if (digest == NULL)
            return FALSE;
          if (!suture_digest_is_valid (digest))
            return wrong (error, "obsolete %s has a content that is not a SHA-256 in hex", path);
          g_ptr_array_add (obsolete->sha256, g_strdup (digest));
        }
    }
  return TRUE;
}

static gboolean
read_image (SutureManifest *self, JsonObject *object, GError **error)
{
  JsonObject *image, *verity;
  const char *algorithm, *salt;
  gint64 block_size;

  if (!suture_json_read_object (object, "image", SUTURE_JSON_REQUIRED, &image, error)
      || !suture_json_check_members (image, MEMBERS ("size", "sha256", "verity"), error)
      || !read_size (image, "size", &self->image_size, 4096, error)
      || !read_digest (image, "sha256", &self->image_sha256, error)
      || !suture_json_read_object (image, "verity", SUTURE_JSON_REQUIRED, &verity, error)
      || !suture_json_check_members (verity, MEMBERS ("algorithm", "block_size", "salt", "root_hash"), error)
      || !suture_json_read_string (verity, "algorithm", SUTURE_JSON_REQUIRED, &algorithm, error)
      || !suture_json_read_integer (verity, "block_size", SUTURE_JSON_REQUIRED, 4096, 4096, &block_size, error)
      || !suture_json_read_string (verity, "salt", SUTURE_JSON_REQUIRED, &salt, error)
      || !read_digest (verity, "root_hash", &self->verity_root_hash, error))
    return FALSE;
  if (self->image_size % 4096 != 0)
    return wrong (error, "image is not made of blocks of 4096 bytes");
  if (!g_str_equal (algorithm, "sha256"))
    return wrong (error, "verity algorithm is not sha256");
  if (strlen (salt) % 2 != 0 || strlen (salt) < 2 || strlen (salt) > 128
      || strspn (salt, "0123456789abcdef") != strlen (salt))
    return wrong (error, "verity salt is not hex");
  self->verity_salt = g_strdup (salt);
  return TRUE;
}

/* TRUE with *@payload NULL for an encoding that is not known here: a newer publisher's, who sends another one, too. */
static gboolean
read_payload (SutureManifest *self, JsonObject *object, SuturePayload **payload, GError **error)
{
  g_autoptr (SuturePayload) one = g_new0 (SuturePayload, 1);
  gint64 base = -1;
  gboolean full;

  if (!read_name (object, "encoding", FALSE, &one->encoding, error))
    return FALSE;
  full = g_str_equal (one->encoding, "zstd");
  if (!full && !g_str_equal (one->encoding, "zstd-prefix"))
    return TRUE;
  if (!suture_json_check_members (object, full ? MEMBERS ("encoding", "size", "sha256")
                                               : MEMBERS ("encoding", "base", "size", "sha256"), error)
      || !read_size (object, "size", &one->size, 1, error) || !read_digest (object, "sha256", &one->sha256, error))
    return FALSE;
  if (!full
      && !suture_json_read_integer (object, "base", SUTURE_JSON_REQUIRED, 0, (gint64) self->bases->len - 1, &base,
                                    error))
    return FALSE;
  one->base = (int) base;
  *payload = g_steal_pointer (&one);
  return TRUE;
}

static gboolean
read_payloads (SutureManifest *self, JsonObject *object, GError **error)
{
  JsonArray *array;

  if (!read_array (object, "payloads", 1, PAYLOADS_MAX, &array, error))
    return FALSE;
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonObject *one = suture_json_element_object (array, i, "payloads", error);
      SuturePayload *payload = NULL;

      if (one == NULL || !read_payload (self, one, &payload, error))
        return FALSE;
      if (payload != NULL)
        g_ptr_array_add (self->payloads, payload);
    }
  return TRUE;
}

static gboolean
read_units (JsonObject *object, const char *member, const char *suffix, GPtrArray *units, GError **error)
{
  JsonArray *array;

  if (!read_array (object, member, 0, UNITS_MAX, &array, error))
    return FALSE;
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      const char *unit = suture_json_element_string (array, i, member, error);

      if (unit == NULL)
        return FALSE;
      if (strlen (unit) > UNIT_NAME_BYTES || *unit == '-' || !g_str_has_suffix (unit, suffix)
          || strlen (unit) == strlen (suffix)
          || strspn (unit, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS ":_.\\@-") != strlen (unit))
        return wrong (error, "%s has an element that is not the name of a %s", member, suffix);
      g_ptr_array_add (units, g_strdup (unit));
    }
  return TRUE;
}

static gboolean
read_effects (SutureManifest *self, JsonObject *object, GError **error)
{
  JsonObject *effects;

  return suture_json_read_object (object, "effects", SUTURE_JSON_REQUIRED, &effects, error)
         && suture_json_check_members (effects, MEMBERS ("restart", "never_restart", "reopen", "reboot", "health"), error)
         && suture_manifest_read_health (self, effects, error)
         && read_units (effects, "restart", ".service", self->restart, error)
         && read_units (effects, "never_restart", ".service", self->never_restart, error)
         && read_units (effects, "reopen", ".desktop", self->reopen, error)
         && suture_json_read_boolean (effects, "reboot", SUTURE_JSON_REQUIRED, &self->reboot, error);
}

static gboolean
read_head (SutureManifest *self, JsonObject *object, GError **error)
{
  gint64 format, number;

  if (!suture_json_read_integer (object, "format", SUTURE_JSON_REQUIRED, 1, 1, &format, error)
      || !suture_json_check_members (object,
                                     MEMBERS ("format", "id", "component", "number", "kind", "severity", "exploited",
                                              "publisher", "title", "description", "vulnerabilities", "base", "bases",
                                              "result", "files", "obsoletes", "image", "payloads", "effects"),
                                     error)
      || !read_name (object, "id", FALSE, &self->id, error)
      || !read_name (object, "component", FALSE, &self->component, error)
      || !suture_json_read_integer (object, "number", SUTURE_JSON_REQUIRED, 1, G_MAXINT32, &number, error))
    return FALSE;
  self->number = (guint) number;
  return read_word (object, "kind", MEMBERS ("security", "test"), &self->kind, error)
         && read_word (object, "severity", MEMBERS ("unknown", "low", "medium", "high", "critical"), &self->severity,
                       error)
         && suture_json_read_boolean (object, "exploited", SUTURE_JSON_REQUIRED, &self->exploited, error)
         && read_text (object, "publisher", SUTURE_JSON_REQUIRED, SUTURE_MANIFEST_TITLE_MAX, &self->publisher, error)
         && read_texts (object, "title", SUTURE_MANIFEST_TITLE_MAX, FALSE, self->title, error)
         && read_texts (object, "description", SUTURE_MANIFEST_TEXT_MAX, TRUE, self->description, error);
}

SutureManifest *
suture_manifest_parse (GBytes *json, GError **error)
{
  g_autoptr (SutureManifest) self = suture_manifest_new ();
  g_autoptr (JsonNode) node = suture_json_parse_object (json, SUTURE_MANIFEST_MAX, error);
  JsonObject *object;

  if (node == NULL)
    return NULL;
  object = json_node_get_object (node);
  /* bases before files and payloads, which count them */
  if (!read_head (self, object, error) || !read_vulnerabilities (self, object, error)
      || !read_base (self, object, error) || !read_files (self, object, error)
      || !read_obsoletes (self, object, error) || !read_image (self, object, error)
      || !read_payloads (self, object, error) || !read_effects (self, object, error))
    return NULL;
  return g_steal_pointer (&self);
}
