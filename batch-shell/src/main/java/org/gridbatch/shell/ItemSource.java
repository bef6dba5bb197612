/*
 * Part of Gridbatch, licensed under the Apache License, Version 2.0: see the file LICENSE.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.gridbatch.shell;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.felix.service.command.CommandSession;
import org.gridbatch.api.Limits;

/** Where the items of an array come from: words, or the lines of a file, which are read while others are sent. */
interface ItemSource extends Iterator<String>, AutoCloseable {
    @Override
    default void close() {
        // Only files need it.
    }

    static ItemSource of(List<String> words) {
        Iterator<String> rest = words.iterator();
        return new ItemSource() {
            @Override
            public boolean hasNext() {
                return rest.hasNext();
            }

            @Override
            public String next() {
                return rest.next();
            }
        };
    }

    /** @param file a file; or {@code -}, standard input */
    static ItemSource lines(CommandSession session, String file) {
        boolean isPiped = file.equals(Scripts.STDIN);
        return new Lines(isPiped ? "standard input" : "'" + file + "'", Scripts.open(session, file), !isPiped);
    }

    /** Lines that are not blank; never more than one of them in memory, however long it is. */
    final class Lines implements ItemSource {
        private static final int BYTE_ORDER_MARK = 0xfeff;

        private final String name;
        private final BufferedReader reader;
        private final boolean isOurs;
        private int number;
        /** The next item, if it was read already; null at the end as well. */
        private String ahead;

        private Lines(String name, InputStream in, boolean isOurs) {
            this.name = name;
            this.isOurs = isOurs;
            reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder()), 1 << 16);
        }

        @Override
        public boolean hasNext() {
            if (ahead == null) ahead = notBlank();
            return ahead != null;
        }

        @Override
        public String next() {
            if (!hasNext()) throw new NoSuchElementException(name + " has no more lines");
            String item = ahead;
            ahead = null;
            return item;
        }

        private String notBlank() {
            try {
                for (String line = line(); line != null; line = line()) if (!line.isBlank()) return line;
                return null;
            } catch (CharacterCodingException e) {
                throw new CommandFailed(name + " is no UTF-8 text, near line " + number, e);
            } catch (IOException e) {
                throw new CommandFailed("cannot read " + name + ": " + e.getMessage(), e);
            }
        }

        private String line() throws IOException {
            int c = reader.read();
            if (c < 0) return null;
            number++;
            if (number == 1 && c == BYTE_ORDER_MARK) c = reader.read();
            StringBuilder line = new StringBuilder();
            for (; c >= 0 && c != '\n'; c = reader.read()) {
                // One more for the carriage return of files that have one.
                if (line.length() > Limits.ITEM) throw tooLong();
                line.append((char) c);
            }
            int last = line.length() - 1;
            if (last >= 0 && line.charAt(last) == '\r') line.setLength(last);
            if (line.length() > Limits.ITEM) throw tooLong();
            return line.toString();
        }

        private CommandFailed tooLong() {
            return new CommandFailed("line " + number + " of " + name + " has more than " + Limits.ITEM
                    + " characters, which are the most that an item may have");
        }

        @Override
        public void close() {
            if (!isOurs) return;
            try {
                reader.close();
            } catch (IOException e) {
                // It was only read, and all that was wanted of it has come.
            }
        }
    }
}
