/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/usage.h"

#include <glib/gi18n.h>

const char *
suture_usage_commands (void)
{
  return _("Commands:\n"
           "  status            what is ready, what is active\n"
           "  check             ask the publishers what is new\n"
           "  show ID           one improvement, its files, and where it comes from\n"
           "  install ID        install an improvement\n"
           "  remove ID         remove an improvement; the computer is exposed again\n"
           "  history           what was installed and removed\n"
           "  automatic on|off  install improvements when they are ready\n"
           "  pause DAYS|DATE|off  install nothing automatically until then\n"
           "  delay DAYS        wait so many days before installing; with --exploited also what is used in attacks\n"
           "  metered on|off    download over metered networks\n"
           "  feed list         the sources, and whether they answer\n"
           "  feed show NAME    one source, and the fingerprints of its keys\n"
           "  feed sign-in NAME   keep a token or password for it, read from the terminal or standard input\n"
           "  feed sign-out NAME  erase what is kept for it\n"
           "  feed local on|off   prepare improvements on this computer, out of the system's security updates\n"
           "  vex               what is fixed here and what could be, as an OpenVEX document for scanners\n"
           "  metrics           what is known, for Prometheus; with --output into a file\n"
           "  restart           restart the computer, for what only that completes\n"
           "\n"
           "Exit status: 0 done, 1 failed, 2 wrong usage, 3 permission was not given, 4 not found or\n"
           "does not fit, 5 no source, 6 the service can’t be reached, 7 stopped, 8 a source asks for a sign-in,\n"
           "9 your organization does not allow it.");
}
