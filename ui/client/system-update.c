/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/system-update.h"

#include <glib/gi18n.h>

#include "client/facts.h"

#define LIST_MAX 1024 /* as the contract says */
#define PLACE "%s"    /* of the detail in a sentence */

static const struct
{
  const char *why;
  const char *sentence; /* with the detail, which then has to be there, or without */
} sentences[] = {
  { "held", N_ ("The package “%s” is held on this computer (apt-mark hold).") },
  { "pinned", N_ ("This computer’s settings of apt want another version of “%s”.") },
  { "dependencies", N_ ("“%s” needs packages that are not there, or in other versions.") },
  { "conffile", N_ ("The configuration file %s changes.") },
  { "script", N_ ("The package “%s” does more than to bring files when it is installed.") },
  { "trigger", N_ ("Something has to be made anew after %s has changed.") },
  { "diverted", N_ ("%s is diverted, or has rights of its own, on this computer.") },
  { "kernel", N_ ("“%s” is the kernel, a module of it, or firmware.") },
  { "boot", N_ ("%s is part of how the computer starts.") },
  { "files", N_ ("It changes what no improvement may change: %s") },
  { "rights", N_ ("The owner or the rights of %s change.") },
  { "modified", N_ ("%s is not the file of its package any more.") },
  { "prepare", N_ ("It could not be prepared: %s") },
  { "fetch", N_ ("Its packages could not be fetched: %s") },
};

static void
free_one (gpointer data)
{
  SutureSystemUpdate *self = data;

  g_free (self->component);
  g_free (self->installed);
  g_free (self->fixed);
  g_free (self->why);
  g_free (self->detail);
  g_free (self);
}

GPtrArray *
suture_system_update_list (GVariant *list)
{
  GPtrArray *updates = g_ptr_array_new_with_free_func (free_one);
  gsize n = list != NULL && g_variant_is_of_type (list, G_VARIANT_TYPE ("a(sssss)"))
                ? MIN (g_variant_n_children (list), LIST_MAX) : 0;

  for (gsize i = 0; i < n; i++)
    {
      SutureSystemUpdate *self = g_new0 (SutureSystemUpdate, 1);
      const char *component, *installed, *fixed, *why, *detail;

      g_variant_get_child (list, i, "(&s&s&s&s&s)", &component, &installed, &fixed, &why, &detail);
      *self = (SutureSystemUpdate){ suture_facts_clean (component), suture_facts_clean (installed),
                                    suture_facts_clean (fixed), suture_facts_clean (why), suture_facts_clean (detail) };
      g_ptr_array_add (updates, self);
    }
  return updates;
}

char *
suture_system_update_sentence (const SutureSystemUpdate *self)
{
  for (gsize i = 0; i < G_N_ELEMENTS (sentences); i++)
    {
      const char *sentence = _(sentences[i].sentence);
      const char *place = strstr (sentence, PLACE);

      if (!g_str_equal (self->why, sentences[i].why) || (place != NULL && self->detail[0] == '\0'))
        continue;
      if (place == NULL)
        return g_strdup (sentence);
      return g_strdup_printf ("%.*s%s%s", (int) (place - sentence), sentence, self->detail, place + strlen (PLACE));
    }
  return g_strdup (_("It can’t be prepared on this computer."));
}
