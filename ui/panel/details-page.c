/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "panel/details-page.h"

#include <glib/gi18n.h>

#include "client/local-words.h"
#include "client/sentences.h"
#include "panel/improvement-buttons.h"
#include "panel/link-row.h"
#include "panel/plain-row.h"

#define CVE_PAGE "https://www.cve.org/CVERecord?id="

struct _SutureDetailsPage
{
  AdwBin parent_instance;
  SutureClient *client;           /* (owned) (nullable) */
  SutureImprovement *improvement; /* (owned) (nullable) */
  GPtrArray *rows;                /* of RowIn: what was added to groups (owned) */
  AdwPreferencesGroup *head_group; /* of the template, as all below */
  AdwActionRow *state_row;
  GtkWidget *install_button;
  GtkWidget *remove_button;
  AdwActionRow *publisher_row;
  AdwActionRow *preparation_row;
  AdwActionRow *size_row;
  GtkWidget *proof_row;
  AdwPreferencesGroup *waits_group;
  AdwPreferencesGroup *problems_group;
  AdwPreferencesGroup *owed_group;
  AdwPreferencesGroup *restarted_group;
  AdwPreferencesGroup *files_group;
};

G_DEFINE_FINAL_TYPE (SutureDetailsPage, suture_details_page, ADW_TYPE_BIN)

typedef struct
{
  AdwPreferencesGroup *group; /* (borrowed) */
  GtkWidget *row;             /* (borrowed from group) */
} RowIn;

static AdwActionRow *
add_row (SutureDetailsPage *self, AdwPreferencesGroup *group, const char *title, const char *subtitle)
{
  AdwActionRow *row = suture_plain_row_new (title, subtitle);
  RowIn *added = g_new (RowIn, 1);

  *added = (RowIn){ .group = group, .row = GTK_WIDGET (row) };
  adw_preferences_group_add (group, GTK_WIDGET (row));
  g_ptr_array_add (self->rows, added);
  gtk_widget_set_visible (GTK_WIDGET (group), TRUE);
  return row;
}

static void
clear_rows (SutureDetailsPage *self)
{
  for (guint i = 0; i < self->rows->len; i++)
    {
      RowIn *added = g_ptr_array_index (self->rows, i);

      adw_preferences_group_remove (added->group, added->row);
      gtk_widget_set_visible (GTK_WIDGET (added->group), FALSE);
    }
  g_ptr_array_set_size (self->rows, 0);
}

static void
on_cve_activated (AdwActionRow *row, gpointer user_data)
{
  const char *cve = adw_preferences_row_get_title (ADW_PREFERENCES_ROW (row));
  g_autofree char *escaped = g_uri_escape_string (cve, NULL, FALSE);
  g_autofree char *uri = g_strconcat (CVE_PAGE, escaped, NULL);

  gtk_show_uri (GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (row))), uri, GDK_CURRENT_TIME);
}

static void
add_problem (SutureDetailsPage *self, const SutureVulnerability *vulnerability)
{
  g_autofree char *found = g_strdup_printf (_("%s\nFound by %s"), vulnerability->title, vulnerability->credit);
  AdwActionRow *row = add_row (self, self->problems_group, vulnerability->cve,
                               vulnerability->credit[0] != '\0' ? found : vulnerability->title);

  if (!g_regex_match_simple ("^CVE-[0-9]{4}-[0-9]{4,19}$", vulnerability->cve, 0, 0))
    return;
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
  adw_action_row_add_suffix (row, g_object_new (GTK_TYPE_IMAGE, "icon-name", "adw-external-link-symbolic",
                                                "accessible-role", GTK_ACCESSIBLE_ROLE_PRESENTATION, NULL));
  g_signal_connect (row, "activated", G_CALLBACK (on_cve_activated), NULL);
}

/* A group reads its texts as markup. */
static void
show_head (SutureDetailsPage *self, const SutureImprovementFacts *facts)
{
  g_autofree char *title = g_markup_escape_text (suture_improvement_get_title (self->improvement), -1);
  g_autofree char *description = g_markup_escape_text (facts->description, -1);

  adw_preferences_group_set_title (self->head_group, title);
  adw_preferences_group_set_description (self->head_group, description);
}

static void
show_state (SutureDetailsPage *self, const SutureImprovementFacts *facts)
{
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  g_autofree char *line = suture_sentence_improvement (facts, now);
  g_autofree char *benefit = suture_sentence_benefit (facts);
  g_autofree char *why = suture_sentence_state (self->improvement, now);
  g_autofree char *with_reason = g_strjoin ("\n", benefit, why, NULL);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->state_row),
                                 facts->state == SUTURE_STATE_AVAILABLE ? _("Ready to Install")
                                 : facts->state == SUTURE_STATE_ACTIVE  ? _("Active")
                                                                        : _("Not Active"));
  /* why it waits has rows of its own */
  suture_plain_row_say (self->state_row, why[0] != '\0' && facts->state != SUTURE_STATE_AVAILABLE ? with_reason : line);
  suture_improvement_buttons_show (self->install_button, self->remove_button, self->improvement,
                                   suture_client_get_facts (self->client));
}

static char *
publisher_sentence (const SutureImprovementFacts *facts, gboolean local)
{
  if (local)
    return suture_local_words_publisher (facts);
  return g_strdup_printf (_("%s, through the source “%s”"), facts->publisher, facts->feed);
}

static char *
sizes_sentence (const SutureImprovementFacts *facts)
{
  g_autofree char *download = g_format_size (facts->download_size);
  g_autofree char *image = g_format_size (facts->image_size);

  return suture_improvement_to_download (facts) > 0 ? g_strdup_printf (_("%s to download, %s on disk"), download, image)
                                                    : g_strdup_printf (_("%s on disk"), image);
}

static void
show_origin (SutureDetailsPage *self, const SutureImprovementFacts *facts)
{
  g_autofree char *sizes = sizes_sentence (facts);
  g_autofree char *preparation = suture_sentence_preparation (facts);
  gboolean local = suture_local_words_made (facts, suture_client_find_feed (self->client, facts->feed));
  gboolean conflict = facts->state == SUTURE_STATE_CONFLICT;
  g_autofree char *publisher = publisher_sentence (facts, local);

  suture_plain_row_say (self->size_row, sizes);
  suture_plain_row_say (self->publisher_row, publisher);
  suture_plain_row_say (self->preparation_row, preparation);
  /* of several that offer it none is the one */
  gtk_widget_set_visible (GTK_WIDGET (self->publisher_row), !conflict);
  gtk_widget_set_visible (self->proof_row, !conflict);
  /* of what this computer prepares the publisher's line says so, and nobody has to approve it */
  gtk_widget_set_visible (GTK_WIDGET (self->preparation_row), preparation[0] != '\0' && !conflict && !local);
}

/* All reasons, each with what ends it. */
static void
add_waits (SutureDetailsPage *self, const SutureImprovementFacts *facts)
{
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;

  for (guint i = 0; i < facts->waits->len && facts->state == SUTURE_STATE_AVAILABLE; i++)
    {
      const SutureWait *wait = g_ptr_array_index (facts->waits, i);
      g_autofree char *title = suture_wait_title (wait, now);
      g_autofree char *sentence = suture_wait_sentence (wait, now);

      if (suture_waits_find (facts->waits, wait->reason, now) != NULL)
        add_row (self, self->waits_group, title, sentence);
    }
}

static void
on_changed (SutureDetailsPage *self)
{
  const SutureImprovementFacts *facts = suture_improvement_get_facts (self->improvement);

  clear_rows (self);
  show_head (self, facts);
  show_state (self, facts);
  show_origin (self, facts);
  add_waits (self, facts);
  for (guint i = 0; i < facts->vulnerabilities->len && !suture_improvement_is_test (facts); i++)
    add_problem (self, g_ptr_array_index (facts->vulnerabilities, i));
  for (guint i = 0; i < facts->owed->len; i++)
    {
      const SutureOwed *owed = g_ptr_array_index (facts->owed, i);
      g_autofree char *when = suture_sentence_owed_when (owed);

      add_row (self, self->owed_group, owed->shown, when);
    }
  for (gsize i = 0; facts->restarted[i] != NULL; i++)
    add_row (self, self->restarted_group, facts->restarted[i], "");
  for (gsize i = 0; facts->files[i] != NULL; i++)
    add_row (self, self->files_group, facts->files[i], "");
}

void
suture_details_page_show (SutureDetailsPage *self, SutureClient *client, SutureImprovement *improvement)
{
  g_set_object (&self->client, client);
  if (self->improvement != NULL)
    g_signal_handlers_disconnect_by_data (self->improvement, self);
  g_set_object (&self->improvement, improvement);
  if (improvement == NULL)
    return;
  g_signal_connect_object (improvement, "changed", G_CALLBACK (on_changed), self, G_CONNECT_SWAPPED);
  on_changed (self);
}

void
suture_details_page_focus_proof (SutureDetailsPage *self)
{
  gtk_widget_grab_focus (self->proof_row);
}

SutureImprovement *
suture_details_page_get_improvement (SutureDetailsPage *self)
{
  return self->improvement;
}

static void
suture_details_page_dispose (GObject *object)
{
  SutureDetailsPage *self = SUTURE_DETAILS_PAGE (object);

  g_clear_object (&self->improvement);
  g_clear_object (&self->client);
  G_OBJECT_CLASS (suture_details_page_parent_class)->dispose (object);
}

static void
suture_details_page_finalize (GObject *object)
{
  g_ptr_array_unref (SUTURE_DETAILS_PAGE (object)->rows);
  G_OBJECT_CLASS (suture_details_page_parent_class)->finalize (object);
}

static void
suture_details_page_class_init (SutureDetailsPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = suture_details_page_dispose;
  G_OBJECT_CLASS (klass)->finalize = suture_details_page_finalize;
  g_type_ensure (SUTURE_TYPE_LINK_ROW);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/suture/PrivacySecurity/details-page.ui");
  gtk_widget_class_bind_template_child (widget_class, SutureDetailsPage, head_group);
  gtk_widget_class_bind_template_child (widget_class, SutureDetailsPage, state_row);
  gtk_widget_class_bind_template_child (widget_class, SutureDetailsPage, install_button);
  gtk_widget_class_bind_template_child (widget_class, SutureDetailsPage, remove_button);
  gtk_widget_class_bind_template_child (widget_class, SutureDetailsPage, publisher_row);
  gtk_widget_class_bind_template_child (widget_class, SutureDetailsPage, preparation_row);
  gtk_widget_class_bind_template_child (widget_class, SutureDetailsPage, size_row);
  gtk_widget_class_bind_template_child (widget_class, SutureDetailsPage, proof_row);
  gtk_widget_class_bind_template_child (widget_class, SutureDetailsPage, waits_group);
  gtk_widget_class_bind_template_child (widget_class, SutureDetailsPage, problems_group);
  gtk_widget_class_bind_template_child (widget_class, SutureDetailsPage, owed_group);
  gtk_widget_class_bind_template_child (widget_class, SutureDetailsPage, restarted_group);
  gtk_widget_class_bind_template_child (widget_class, SutureDetailsPage, files_group);
}

static void
suture_details_page_init (SutureDetailsPage *self)
{
  self->rows = g_ptr_array_new_with_free_func (g_free);
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_widget_set_visible (GTK_WIDGET (self->waits_group), FALSE);
  gtk_widget_set_visible (GTK_WIDGET (self->problems_group), FALSE);
  gtk_widget_set_visible (GTK_WIDGET (self->owed_group), FALSE);
  gtk_widget_set_visible (GTK_WIDGET (self->restarted_group), FALSE);
  gtk_widget_set_visible (GTK_WIDGET (self->files_group), FALSE);
}
