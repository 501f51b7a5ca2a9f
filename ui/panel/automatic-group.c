/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "panel/automatic-group.h"

#include <glib/gi18n.h>

#include "client/managed.h"
#include "client/sentences.h"
#include "panel/delay-row.h"
#include "panel/focus.h"
#include "panel/plain-row.h"
#include "panel/switch-row.h"

#define DAY (24 * 60 * 60) /* seconds */

struct _SutureAutomaticGroup
{
  AdwPreferencesGroup parent_instance;
  SutureClient *client;           /* (owned) (nullable) */
  GtkWidget *asking;              /* the row whose wish was not answered yet (borrowed) (nullable) */
  SutureSwitchRow *automatic_row; /* of the template, as all below */
  SutureDelayRow *delay_row;
  SutureSwitchRow *exploited_row;
  AdwActionRow *pause_row;
  GtkWidget *pause_button;
  GtkWidget *resume_button;
  SutureSwitchRow *metered_row;
  AdwActionRow *managed_row;
};

G_DEFINE_FINAL_TYPE (SutureAutomaticGroup, suture_automatic_group, ADW_TYPE_PREFERENCES_GROUP)

enum
{
  SIGNAL_FAILED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

static gint64
seconds_now (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

/* What the row says below its title, @words unless the policy decides. */
static void
say (AdwActionRow *row, const SutureManaged *managed, const char *words)
{
  g_autofree char *line = managed != NULL ? suture_managed_line (managed) : NULL;
  g_autofree char *both = managed != NULL && words[0] != '\0' ? g_strdup_printf ("%s\n%s", words, line) : NULL;

  suture_plain_row_say (row, both != NULL ? both : line != NULL ? line : words);
}

static gboolean
is_free (SutureAutomaticGroup *self, gpointer row, const SutureManaged *managed)
{
  return managed == NULL && self->asking != row;
}

static void
show_automatic (SutureAutomaticGroup *self, const SutureFacts *facts)
{
  const SutureManaged *managed = suture_facts_find_managed (facts, "automatic");

  suture_switch_row_set_usable (self->automatic_row, is_free (self, self->automatic_row, managed));
  if (self->asking == GTK_WIDGET (self->automatic_row))
    return;
  suture_switch_row_show (self->automatic_row, facts->automatic);
  say (ADW_ACTION_ROW (self->automatic_row), managed,
       facts->automatic ? _("Small security fixes are installed when ready. Apps are never closed.")
                        : _("These fixes arrive with the next system update instead. The computer stays exposed until then."));
}

static void
show_delay (SutureAutomaticGroup *self, const SutureFacts *facts)
{
  const SutureManaged *managed = suture_facts_find_managed (facts, "delay");
  gboolean waits = facts->delay_days > 0;

  suture_delay_row_set_usable (self->delay_row, is_free (self, self->delay_row, managed));
  suture_switch_row_set_usable (self->exploited_row, is_free (self, self->exploited_row, managed));
  gtk_widget_set_visible (GTK_WIDGET (self->exploited_row), facts->automatic && waits);
  if (self->asking != GTK_WIDGET (self->delay_row))
    suture_delay_row_show (self->delay_row, facts->delay_days);
  if (self->asking != GTK_WIDGET (self->exploited_row))
    suture_switch_row_show (self->exploited_row, facts->delay_exploited);
  say (ADW_ACTION_ROW (self->delay_row), managed,
       waits && !facts->delay_exploited ? _("Fixes for problems being used in attacks are not delayed.") : "");
  suture_plain_row_say (ADW_ACTION_ROW (self->exploited_row),
                        facts->delay_exploited ? _("Attackers already use these problems.") : "");
}

static void
show_pause (SutureAutomaticGroup *self, const SutureFacts *facts)
{
  const SutureManaged *managed = suture_facts_find_managed (facts, "pause");
  gint64 pause = suture_facts_get_pause (facts, seconds_now ());
  g_autofree char *until = suture_sentence_time (pause, seconds_now (), FALSE);
  g_autofree char *paused = g_strdup_printf (_("Nothing is installed automatically until %s."), until);

  if (pause > 0)
    suture_focus_swap (self->pause_button, self->resume_button);
  else
    suture_focus_swap (self->resume_button, self->pause_button);
  gtk_widget_set_sensitive (self->pause_button, managed == NULL);
  gtk_widget_set_sensitive (self->resume_button, managed == NULL);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->pause_row), pause > 0 ? _("Paused") : _("Pause"));
  say (self->pause_row, managed, pause > 0 ? paused : "");
}

static void
show_metered (SutureAutomaticGroup *self, const SutureFacts *facts)
{
  const SutureManaged *managed = suture_facts_find_managed (facts, "metered");

  suture_switch_row_set_usable (self->metered_row, is_free (self, self->metered_row, managed));
  if (self->asking != GTK_WIDGET (self->metered_row))
    suture_switch_row_show (self->metered_row, facts->use_metered);
  say (ADW_ACTION_ROW (self->metered_row), managed,
       facts->use_metered ? _("Fixes are downloaded even where that may cost money.")
                          : _("Fixes wait for a network that is not metered."));
}

/* What has no row of its own. */
static void
show_managed (SutureAutomaticGroup *self, const SutureFacts *facts)
{
  const char *const others[] = { "file", "hours", "hold", "approved", "removal", "feeds" };
  GString *text = g_string_new (NULL);
  g_autofree char *words = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    {
      const SutureManaged *managed = suture_facts_find_managed (facts, others[i]);
      g_autofree char *sentence = managed != NULL ? suture_managed_sentence (managed) : NULL;

      if (sentence != NULL)
        g_string_append_printf (text, "%s%s", text->len > 0 ? "\n" : "", sentence);
    }
  words = g_string_free (text, FALSE);
  gtk_widget_set_visible (GTK_WIDGET (self->managed_row), words[0] != '\0');
  suture_plain_row_say (self->managed_row, words);
}

/* Nothing is to be chosen about what does not happen. */
static void
refresh (SutureAutomaticGroup *self)
{
  const SutureFacts *facts = suture_client_get_facts (self->client);

  gtk_widget_set_visible (GTK_WIDGET (self), suture_client_get_error (self->client) == NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->delay_row), facts->automatic);
  gtk_widget_set_visible (GTK_WIDGET (self->pause_row), facts->automatic);
  gtk_widget_set_visible (GTK_WIDGET (self->metered_row), facts->automatic);
  show_automatic (self, facts);
  show_delay (self, facts);
  show_pause (self, facts);
  show_metered (self, facts);
  show_managed (self, facts);
}

static void
on_answered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SutureAutomaticGroup) self = user_data;
  g_autoptr (GError) error = NULL;
  gboolean done = suture_client_set_finish (SUTURE_CLIENT (source), result, &error);

  self->asking = NULL;
  if (self->client == NULL)
    return;
  refresh (self);
  if (!done)
    g_signal_emit (self, signals[SIGNAL_FAILED], 0, error);
}

/* One wish at a time: the row can't be used until it is answered; a wish from another row is refused by showing what is. */
static gboolean
begin (SutureAutomaticGroup *self, gpointer row)
{
  if (self->asking != NULL)
    {
      refresh (self);
      return FALSE;
    }
  self->asking = row;
  refresh (self);
  return TRUE;
}

static void
on_automatic_wished (SutureAutomaticGroup *self, gboolean on)
{
  if (begin (self, self->automatic_row))
    suture_client_set_automatic_async (self->client, on, on_answered, g_object_ref (self));
}

static void
on_delay_wished (SutureAutomaticGroup *self, guint days)
{
  if (begin (self, self->delay_row))
    suture_client_set_delay_async (self->client, days, suture_client_get_facts (self->client)->delay_exploited, on_answered,
                                   g_object_ref (self));
}

static void
on_exploited_wished (SutureAutomaticGroup *self, gboolean on)
{
  if (begin (self, self->exploited_row))
    suture_client_set_delay_async (self->client, suture_client_get_facts (self->client)->delay_days, on, on_answered,
                                   g_object_ref (self));
}

static void
on_metered_wished (SutureAutomaticGroup *self, gboolean on)
{
  if (begin (self, self->metered_row))
    suture_client_set_metered_async (self->client, on, on_answered, g_object_ref (self));
}

static void
on_pause (GtkWidget *widget, const char *name, GVariant *parameter)
{
  SutureAutomaticGroup *self = SUTURE_AUTOMATIC_GROUP (widget);

  if (begin (self, self->pause_row))
    suture_client_set_pause_async (self->client, seconds_now () + (gint64) g_variant_get_int32 (parameter) * DAY, on_answered,
                                   g_object_ref (self));
}

void
suture_automatic_group_resume (SutureAutomaticGroup *self)
{
  if (begin (self, self->pause_row))
    suture_client_set_pause_async (self->client, 0, on_answered, g_object_ref (self));
}

static void
on_resume (GtkWidget *widget, const char *name, GVariant *parameter)
{
  suture_automatic_group_resume (SUTURE_AUTOMATIC_GROUP (widget));
}

void
suture_automatic_group_take_focus (SutureAutomaticGroup *self)
{
  if (!gtk_widget_grab_focus (GTK_WIDGET (self->automatic_row)))
    gtk_widget_child_focus (GTK_WIDGET (self), GTK_DIR_TAB_FORWARD);
}

void
suture_automatic_group_set_client (SutureAutomaticGroup *self, SutureClient *client)
{
  self->client = g_object_ref (client);
  g_signal_connect_object (client, "changed", G_CALLBACK (refresh), self, G_CONNECT_SWAPPED);
}

static void
suture_automatic_group_dispose (GObject *object)
{
  g_clear_object (&SUTURE_AUTOMATIC_GROUP (object)->client);
  G_OBJECT_CLASS (suture_automatic_group_parent_class)->dispose (object);
}

static void
suture_automatic_group_class_init (SutureAutomaticGroupClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = suture_automatic_group_dispose;
  signals[SIGNAL_FAILED] = g_signal_new ("failed", SUTURE_TYPE_AUTOMATIC_GROUP, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                         G_TYPE_NONE, 1, G_TYPE_ERROR);
  g_type_ensure (SUTURE_TYPE_DELAY_ROW);
  g_type_ensure (SUTURE_TYPE_SWITCH_ROW);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/suture/PrivacySecurity/automatic-group.ui");
  gtk_widget_class_bind_template_child (widget_class, SutureAutomaticGroup, automatic_row);
  gtk_widget_class_bind_template_child (widget_class, SutureAutomaticGroup, delay_row);
  gtk_widget_class_bind_template_child (widget_class, SutureAutomaticGroup, exploited_row);
  gtk_widget_class_bind_template_child (widget_class, SutureAutomaticGroup, pause_row);
  gtk_widget_class_bind_template_child (widget_class, SutureAutomaticGroup, pause_button);
  gtk_widget_class_bind_template_child (widget_class, SutureAutomaticGroup, resume_button);
  gtk_widget_class_bind_template_child (widget_class, SutureAutomaticGroup, metered_row);
  gtk_widget_class_bind_template_child (widget_class, SutureAutomaticGroup, managed_row);
  gtk_widget_class_bind_template_callback (widget_class, on_automatic_wished);
  gtk_widget_class_bind_template_callback (widget_class, on_delay_wished);
  gtk_widget_class_bind_template_callback (widget_class, on_exploited_wished);
  gtk_widget_class_bind_template_callback (widget_class, on_metered_wished);
  gtk_widget_class_install_action (widget_class, "automatic.pause", "i", on_pause);
  gtk_widget_class_install_action (widget_class, "automatic.resume", NULL, on_resume);
}

static void
suture_automatic_group_init (SutureAutomaticGroup *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
