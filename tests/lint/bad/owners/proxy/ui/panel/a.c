/* SPDX-License-Identifier: LGPL-2.1-or-later */
void
f (void)
{
  suture_dbus_helper1_proxy_new ();
}
