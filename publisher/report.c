/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "report.h"

#include <stdio.h>

#include "base/error.h"
#include "base/name.h"

struct _SutureReport
{
  gboolean json, waiting;
  JsonObject *object; /* (owned) */
};

SutureReport *
suture_report_new (gboolean json)
{
  SutureReport *self = g_new0 (SutureReport, 1);

  self->json = json;
  self->object = json_object_new ();
  return self;
}

void
suture_report_free (SutureReport *self)
{
  if (self == NULL)
    return;
  json_object_unref (self->object);
  g_free (self);
}

gboolean
suture_report_is_json (SutureReport *self)
{
  return self->json;
}

/* What is wrong with the number of arguments, as a sentence. */
static gboolean
check_count (const SutureUsage *usage, int argc, char **argv, GError **error)
{
  int count = argc - 1;

  if (count >= usage->min && (usage->max < 0 || count <= usage->max))
    return TRUE;
  if (count == 0 && g_str_has_prefix (usage->arguments, "FOLDER"))
    g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT, "a FOLDER is needed (%s)", usage->arguments);
  else if (count < usage->min)
    g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT, "%s are needed", usage->arguments);
  else
    g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT, "\"%s\" is more than it takes (%s)",
                 argv[usage->max + 1], usage->arguments);
  return FALSE;
}

gboolean
suture_report_parse (SutureReport *self, const SutureUsage *usage, int *argc, char ***argv, GError **error)
{
  gboolean json = FALSE; /* known since suture_report_new (): a parse that fails would put it back */
  const GOptionEntry own[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, "Tell the result, or the error, as JSON", NULL },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GOptionContext) context = g_option_context_new (usage->arguments);

  g_option_context_set_summary (context, usage->summary);
  if (usage->entries != NULL)
    g_option_context_add_main_entries (context, usage->entries, NULL);
  if (usage->shared != NULL)
    g_option_context_add_main_entries (context, usage->shared, NULL);
  g_option_context_add_main_entries (context, own, NULL);
  return g_option_context_parse (context, argc, argv, error) && check_count (usage, *argc, *argv, error);
}

/* Names of files, versions and symbols are whatever a package or a server says, and this is for a terminal. */
static char *
clean (const char *text)
{
  return suture_name_clean_text (text, G_MAXSIZE, TRUE);
}

void
suture_report_say (SutureReport *self, const char *format, ...)
{
  g_autofree char *raw = NULL;
  g_autofree char *text = NULL;
  va_list args;

  if (self->json)
    return;
  va_start (args, format);
  raw = g_strdup_vprintf (format, args);
  va_end (args);
  text = clean (raw);
  g_print ("%s\n", text);
}

void
suture_report_warn (SutureReport *self, const char *format, ...)
{
  g_autofree char *raw = NULL;
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  raw = g_strdup_vprintf (format, args);
  va_end (args);
  text = clean (raw);
  if (self->json)
    suture_report_list (self, "warnings", text);
  else
    g_printerr ("warning: %s\n", text);
}

JsonObject *
suture_report_object (SutureReport *self)
{
  return self->object;
}

void
suture_report_list (SutureReport *self, const char *name, const char *text)
{
  g_autofree char *valid = clean (text);

  if (!json_object_has_member (self->object, name))
    json_object_set_array_member (self->object, name, json_array_new ());
  json_array_add_string_element (json_object_get_array_member (self->object, name), valid);
}

void
suture_report_set_waiting (SutureReport *self, gboolean waiting)
{
  self->waiting = waiting;
  json_object_set_string_member (self->object, "state", waiting ? "waiting" : "published");
}

int
suture_report_status (SutureReport *self)
{
  return self->waiting ? SUTURE_REPORT_WAITING : 0;
}

/* @error in the object, beside what was collected until then. */
static void
note_error (SutureReport *self, const char *message, const GError *error)
{
  json_object_set_string_member (self->object, "error",
                                 suture_error_to_name (error->domain == SUTURE_ERROR      ? error->code
                                                       : error->domain == G_OPTION_ERROR ? SUTURE_ERROR_INVALID_ARGUMENT
                                                                                         : SUTURE_ERROR_FAILED));
  json_object_set_string_member (self->object, "message", message);
}

static char *
to_text (SutureReport *self, gboolean pretty)
{
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), self->object);

  return json_to_string (node, pretty);
}

void
suture_report_end_round (SutureReport *self, const GError *error)
{
  g_autofree char *message = error != NULL ? clean (error->message) : NULL;
  g_autofree char *text = NULL;

  if (error != NULL)
    note_error (self, message, error);
  text = to_text (self, FALSE);
  if (self->json)
    g_print ("%s\n", text);
  (void) fflush (stdout); /* whoever reads it through a pipe waits for it */
  json_object_unref (self->object);
  self->object = json_object_new ();
}

void
suture_report_finish (SutureReport *self, const char *program, const char *unchanged, const GError *error)
{
  g_autofree char *raw = NULL;
  g_autofree char *message = NULL;
  g_autofree char *text = NULL;

  if (error != NULL)
    {
      raw = g_strconcat (unchanged != NULL ? unchanged : "", error->message, NULL);
      message = clean (raw);
      note_error (self, message, error);
    }
  text = to_text (self, TRUE);
  if (error == NULL && self->json)
    g_print ("%s\n", text);
  else if (self->json)
    g_printerr ("%s\n", text);
  else if (error != NULL)
    g_printerr ("%s: %s\n", program, message);
}
