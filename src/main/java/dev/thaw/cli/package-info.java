/** The command line, one class per command. */
@API(status = API.Status.INTERNAL)
package dev.thaw.cli;

import org.apiguardian.api.API;
