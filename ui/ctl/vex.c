/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/vex.h"

#include <json-glib/json-glib.h>

#include "base/error.h"

#define CONTEXT "https://openvex.dev/ns/v0.2.0"
#define PACKAGE_WORDS 4 /* of a link "package": NAME VERSION ARCHITECTURE SHA-256 */

/* Texts are English, whatever the user's language is: programs and people elsewhere read them. */

typedef struct
{
  JsonBuilder *builder;
  GHashTable *stated; /* set of "COMPONENT CVE": what is active speaks first */
  gint64 time;        /* seconds since the epoch: of the latest thing that is told */
} Vex;

static void
add_text (JsonBuilder *builder, const char *name, const char *text)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, text);
}

static void
add_product (JsonBuilder *builder, const char *purl)
{
  json_builder_begin_object (builder);
  add_text (builder, "@id", purl);
  json_builder_set_member_name (builder, "identifiers");
  json_builder_begin_object (builder);
  add_text (builder, "purl", purl);
  json_builder_end_object (builder);
  json_builder_end_object (builder);
}

static const char *
find_link (const SutureImprovementFacts *facts, const char *what)
{
  for (guint i = 0; i < facts->provenance->len; i++)
    {
      const SutureProvenance *link = g_ptr_array_index (facts->provenance, i);

      if (g_str_equal (link->what, what))
        return link->which;
    }
  return NULL;
}

/* pkg:deb of every package that it was prepared from; where none is known, of its component as such. */
static void
add_products (JsonBuilder *builder, const SutureImprovementFacts *facts)
{
  const char *origin = find_link (facts, "origin");
  g_autofree char *lower = g_ascii_strdown (origin != NULL ? origin : "", -1);
  g_autofree char *vendor = g_uri_escape_string (lower, NULL, FALSE);
  guint known = 0;

  json_builder_set_member_name (builder, "products");
  json_builder_begin_array (builder);
  for (guint i = 0; *vendor != '\0' && i < facts->provenance->len; i++)
    {
      const SutureProvenance *link = g_ptr_array_index (facts->provenance, i);
      g_auto (GStrv) words = g_strsplit (link->which, " ", -1);
      g_autofree char *name = g_uri_escape_string (words[0] != NULL ? words[0] : "", NULL, FALSE);
      g_autofree char *purl = NULL;

      if (!g_str_equal (link->what, "package") || g_strv_length (words) != PACKAGE_WORDS)
        continue;
      purl = g_strdup_printf ("pkg:deb/%s/%s?arch=%s", vendor, name, words[2]);
      add_product (builder, purl);
      known++;
    }
  if (known == 0)
    {
      g_autofree char *purl = g_strconcat ("pkg:generic/", facts->component, NULL);

      add_product (builder, purl);
    }
  json_builder_end_array (builder);
}

static char *
notes_of (const SutureImprovementFacts *facts)
{
  GString *text = g_string_new (NULL);

  g_string_printf (text, "Fixed by the security improvement %s of %s.", facts->id, facts->publisher);
  for (guint i = 0; i < facts->owed->len; i++)
    g_string_append_printf (text, "%s%s", i == 0 ? " Still running the old version: " : ", ",
                            ((SutureOwed *) g_ptr_array_index (facts->owed, i))->name);
  if (facts->owed->len > 0)
    g_string_append_c (text, '.');
  return g_string_free (text, FALSE);
}

static char *
action_of (const SutureImprovementFacts *facts)
{
  if (facts->state == SUTURE_STATE_AVAILABLE)
    return g_strdup_printf ("Install the security improvement %s (suturectl install %s), or the system update that has the fix.",
                            facts->id, facts->id);
  return g_strdup_printf ("The security improvement %s is installed and not in use (suturectl show %s): have it used again, or install "
                          "the system update that has the fix.",
                          facts->id, facts->id);
}

static void
add_statement (Vex *self, const SutureImprovementFacts *facts, const SutureVulnerability *vulnerability)
{
  gboolean fixed = facts->state == SUTURE_STATE_ACTIVE;
  g_autofree char *key = g_strconcat (facts->component, " ", vulnerability->cve, NULL);
  g_autofree char *text = fixed ? notes_of (facts) : action_of (facts);

  if (*vulnerability->cve == '\0' || !g_hash_table_add (self->stated, g_steal_pointer (&key)))
    return;
  json_builder_begin_object (self->builder);
  json_builder_set_member_name (self->builder, "vulnerability");
  json_builder_begin_object (self->builder);
  add_text (self->builder, "name", vulnerability->cve);
  if (*vulnerability->title != '\0')
    add_text (self->builder, "description", vulnerability->title);
  json_builder_end_object (self->builder);
  add_products (self->builder, facts);
  add_text (self->builder, "status", fixed ? "fixed" : "affected");
  add_text (self->builder, fixed ? "status_notes" : "action_statement", text);
  json_builder_end_object (self->builder);
}

static void
add_all (Vex *self, GListModel *improvements, SutureState state)
{
  for (guint i = 0; i < g_list_model_get_n_items (improvements); i++)
    {
      g_autoptr (SutureImprovement) improvement = g_list_model_get_item (improvements, i);
      const SutureImprovementFacts *facts = suture_improvement_get_facts (improvement);

      if (facts->state != state)
        continue;
      self->time = MAX (self->time, facts->installed_at);
      for (guint v = 0; v < facts->vulnerabilities->len; v++)
        add_statement (self, facts, g_ptr_array_index (facts->vulnerabilities, v));
    }
}

/* A UUID of the custom kind (RFC 9562, version 8) made of what the document says. */
static char *
name_of (const char *statements, const char *time)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree char *hex = NULL;

  g_checksum_update (checksum, (const guchar *) time, -1);
  g_checksum_update (checksum, (const guchar *) statements, -1);
  hex = g_strdup (g_checksum_get_string (checksum));
  hex[12] = '8';
  hex[16] = "89ab"[g_ascii_xdigit_value (hex[16]) & 3];
  return g_strdup_printf ("urn:uuid:%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
}

static char *
print (JsonNode *statements, gint64 time)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (GDateTime) date = g_date_time_new_from_unix_utc (time);
  g_autofree char *timestamp = date != NULL ? g_date_time_format (date, "%Y-%m-%dT%H:%M:%SZ") : g_strdup ("1970-01-01T00:00:00Z");
  g_autofree char *said = json_to_string (statements, FALSE);
  g_autofree char *name = name_of (said, timestamp);
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;

  json_builder_begin_object (builder);
  add_text (builder, "@context", CONTEXT);
  add_text (builder, "@id", name);
  add_text (builder, "author", "Suture");
  add_text (builder, "timestamp", timestamp);
  json_builder_set_member_name (builder, "version");
  json_builder_add_int_value (builder, 1);
  add_text (builder, "tooling", "suturectl " SUTURE_VERSION);
  json_builder_set_member_name (builder, "statements");
  json_builder_add_value (builder, json_node_copy (statements));
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  text = json_to_string (root, TRUE);
  return g_strconcat (text, "\n", NULL);
}

char *
suture_vex_new (SutureClient *client, GError **error)
{
  static const SutureState states[] = { SUTURE_STATE_ACTIVE, SUTURE_STATE_AVAILABLE, SUTURE_STATE_INACTIVE };
  GListModel *improvements = suture_client_get_improvements (client);
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (GHashTable) stated = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Vex self = { builder, stated, suture_client_get_facts (client)->last_checked };
  g_autoptr (JsonNode) statements = NULL;

  json_builder_begin_array (builder);
  for (gsize i = 0; i < G_N_ELEMENTS (states); i++)
    add_all (&self, improvements, states[i]);
  json_builder_end_array (builder);
  statements = json_builder_get_root (builder);
  if (json_array_get_length (json_node_get_array (statements)) > 0)
    return print (statements, self.time);
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_FOUND,
               "nothing is installed or ready here that fixes a known problem, so there is nothing to state");
  return NULL;
}
