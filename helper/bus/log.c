/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bus/log.h"

#include "base/name.h"

#define MESSAGE_MAX 4096 /* bytes */

char *
suture_log_clean (const char *message)
{
  return suture_name_clean_text (message, MESSAGE_MAX, FALSE);
}

GLogWriterOutput
suture_log_write (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  g_autofree GLogField *safe = g_new (GLogField, n_fields);
  g_autofree char *message = NULL;

  for (gsize i = 0; i < n_fields; i++)
    {
      safe[i] = fields[i];
      /* GLib's own calls pass it as a string */
      if (message == NULL && fields[i].length < 0 && g_str_equal (fields[i].key, "MESSAGE"))
        {
          message = suture_log_clean (fields[i].value);
          safe[i].value = message;
        }
    }
  return g_log_writer_default (level, safe, n_fields, user_data);
}
