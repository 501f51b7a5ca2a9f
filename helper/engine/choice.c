/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "engine/choice.h"

#include "base/error.h"
#include "history/setting.h"

/* Several settings are one choice: nobody reads half of a change, and no two are made at a time. */
static GMutex mutex;

static void
load (SutureDatabase *database, SutureChoice *choice)
{
  static guint64 readings;

  choice->reading = ++readings;
  choice->automatic = suture_setting_get_number (database, SUTURE_SETTING_AUTOMATIC, 1) != 0;
  choice->paused_until = MAX (0, suture_setting_get_number (database, SUTURE_SETTING_PAUSED_UNTIL, 0));
  choice->delay_days = (guint) CLAMP (suture_setting_get_number (database, SUTURE_SETTING_DELAY_DAYS, 0), 0,
                                      SUTURE_CHOICE_DELAY_MAX);
  choice->delay_exploited = suture_setting_get_number (database, SUTURE_SETTING_DELAY_EXPLOITED, 0) != 0;
  choice->use_metered = suture_setting_get_number (database, SUTURE_SETTING_USE_METERED, 0) != 0;
  choice->announced = suture_setting_get_number (database, SUTURE_SETTING_ANNOUNCED, 0) != 0;
  choice->announce_since = MAX (0, suture_setting_get_number (database, SUTURE_SETTING_ANNOUNCE_SINCE, 0));
}

void
suture_choice_load (SutureDatabase *database, SutureChoice *choice)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&mutex);

  load (database, choice);
}

gboolean
suture_choice_check (SutureChoiceWhat what, const SutureChoice *wanted, gint64 now, GError **error)
{
  if (what == SUTURE_CHOICE_PAUSE && wanted->paused_until != 0
      && (wanted->paused_until <= now || wanted->paused_until - now > SUTURE_CHOICE_PAUSE_MAX))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT, "a pause ends in the future, at most 366 days ahead");
      return FALSE;
    }
  if (what == SUTURE_CHOICE_DELAY && wanted->delay_days > SUTURE_CHOICE_DELAY_MAX)
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INVALID_ARGUMENT, "a delay is 0 to %d days", SUTURE_CHOICE_DELAY_MAX);
      return FALSE;
    }
  return TRUE;
}

gboolean
suture_choice_weakens (const SutureChoice *stored, SutureChoiceWhat what, const SutureChoice *wanted, gint64 now)
{
  switch (what)
    {
    case SUTURE_CHOICE_AUTOMATIC:
      return !wanted->automatic;
    case SUTURE_CHOICE_PAUSE:
      return wanted->paused_until > MAX (stored->paused_until, now);
    case SUTURE_CHOICE_DELAY:
      return wanted->delay_days > stored->delay_days || (wanted->delay_exploited && !stored->delay_exploited);
    case SUTURE_CHOICE_METERED:
      return !wanted->use_metered;
    case SUTURE_CHOICE_ANNOUNCED:
    case SUTURE_CHOICE_ANNOUNCE_SINCE:
      break;
    }
  return FALSE;
}

/* The settings that @what is kept in. Returns how many. */
static gsize
settings_of (SutureChoiceWhat what, const SutureChoice *wanted, SutureSettingNumber *settings)
{
  gsize n = 0;

  switch (what)
    {
    case SUTURE_CHOICE_AUTOMATIC:
      settings[n++] = (SutureSettingNumber) { SUTURE_SETTING_AUTOMATIC, wanted->automatic };
      settings[n++] = (SutureSettingNumber) { SUTURE_SETTING_ANNOUNCED, 1 };
      break;
    case SUTURE_CHOICE_PAUSE:
      settings[n++] = (SutureSettingNumber) { SUTURE_SETTING_PAUSED_UNTIL, wanted->paused_until };
      break;
    case SUTURE_CHOICE_DELAY:
      settings[n++] = (SutureSettingNumber) { SUTURE_SETTING_DELAY_DAYS, wanted->delay_days };
      settings[n++] = (SutureSettingNumber) { SUTURE_SETTING_DELAY_EXPLOITED, wanted->delay_exploited };
      break;
    case SUTURE_CHOICE_METERED:
      settings[n++] = (SutureSettingNumber) { SUTURE_SETTING_USE_METERED, wanted->use_metered };
      break;
    case SUTURE_CHOICE_ANNOUNCED:
      settings[n++] = (SutureSettingNumber) { SUTURE_SETTING_ANNOUNCED, 1 };
      break;
    case SUTURE_CHOICE_ANNOUNCE_SINCE:
      settings[n++] = (SutureSettingNumber) { SUTURE_SETTING_ANNOUNCE_SINCE, wanted->announce_since };
      break;
    }
  return n;
}

gboolean
suture_choice_change (SutureDatabase *database,
                      SutureChoiceWhat what,
                      const SutureChoice *wanted,
                      gboolean may_weaken,
                      SutureChoice *stored,
                      GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&mutex);
  SutureSettingNumber settings[2];
  gsize n = settings_of (what, wanted, settings);

  load (database, stored);
  if (!may_weaken && suture_choice_weakens (stored, what, wanted, g_get_real_time () / G_USEC_PER_SEC))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NOT_AUTHORIZED,
                   "nothing was changed: it was permitted as a shorter wait, and has become a longer one meanwhile");
      return FALSE;
    }
  if (!suture_setting_set_numbers (database, settings, n, error))
    return FALSE;
  load (database, stored);
  return TRUE;
}
