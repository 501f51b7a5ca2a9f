/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/user.h"

#include <pwd.h>

#include "client/facts.h"

#define BUFFER_SIZE 16384 /* bytes; sysconf (_SC_GETPW_R_SIZE_MAX) is 1024 with glibc, longer entries exist */

char *
suture_user_name (guint32 uid)
{
  g_autofree char *buffer = g_malloc (BUFFER_SIZE);
  struct passwd entry = { 0 };
  struct passwd *found = NULL;
  g_auto (GStrv) gecos = NULL;

  if (uid == G_MAXUINT32 || getpwuid_r ((uid_t) uid, &entry, buffer, BUFFER_SIZE, &found) != 0 || found == NULL)
    return NULL;
  gecos = g_strsplit (found->pw_gecos != NULL ? found->pw_gecos : "", ",", 2);
  if (gecos[0] != NULL && gecos[0][0] != '\0')
    return suture_facts_clean (gecos[0]);
  return suture_facts_clean (found->pw_name);
}
