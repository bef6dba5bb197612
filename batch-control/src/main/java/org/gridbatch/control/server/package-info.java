/** The far end of a control socket, inside the node's framework. */
package org.gridbatch.control.server;
