/*
 * Copyright 2026 the Wings authors.
 *
 * Licensed under the Apache License, Version 2.0 (the "License");
 * you may not use this file except in compliance with the License.
 * You may obtain a copy of the License at
 *
 *     https://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS,
 * WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 * See the License for the specific language governing permissions and
 * limitations under the License.
 */
package dev.wings.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.IHelpSectionRenderer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/// Keeps examples whole, since they are copied from the screen: picocli breaks texts to its width, but not those
/// between quotes, nor lines of footers.
final class HelpTexts {

    /// A text between quotes; an apostrophe is no quote.
    private static final Pattern QUOTED = Pattern.compile("(?<![\\p{L}\\p{N}])'[^']+'(?!\\p{L})");

    /// The start of a range of Unicode that has nothing but Latin letters, between which no line is broken.
    private static final char LETTERS = '\u1e00';

    private HelpTexts() {}

    static void keepExamples(CommandLine command) {
        command.setHelpFactory(KeepingHelp::new);
        keepSections(command);
    }

    private static void keepSections(CommandLine command) {
        UsageMessageSpec texts = command.getCommandSpec().usageMessage();
        texts.description(Stream.of(texts.description()).map(HelpTexts::kept).toArray(String[]::new));
        Map<String, IHelpSectionRenderer> sections = new LinkedHashMap<>();
        command.getHelpSectionMap().forEach((key, section) -> sections.put(key, help -> plain(section.render(help))));
        sections.put(
                UsageMessageSpec.SECTION_KEY_FOOTER,
                help -> Stream.of(help.commandSpec().usageMessage().footer())
                        .map(line -> line + System.lineSeparator())
                        .collect(Collectors.joining()));
        command.setHelpSectionMap(sections);
        command.getSubcommands().values().forEach(HelpTexts::keepSections);
    }

    /// The text with letters in the place of all that stands between quotes.
    private static String kept(String text) {
        return QUOTED.matcher(text).replaceAll(quoted -> shifted(quoted.group(), ' ', '~', LETTERS));
    }

    private static String plain(String text) {
        return shifted(text, (char) (LETTERS + ' '), (char) (LETTERS + '~'), -LETTERS);
    }

    private static String shifted(String text, char first, char last, int by) {
        StringBuilder shifted = new StringBuilder();
        text.chars().forEach(c -> shifted.append((char) (c >= first && c <= last ? c + by : c)));
        return shifted.toString();
    }

    private static final class KeepingHelp extends Help {

        KeepingHelp(CommandSpec command, ColorScheme colors) {
            super(command, colors);
        }

        @Override
        public IOptionRenderer createDefaultOptionRenderer() {
            IOptionRenderer renderer = super.createDefaultOptionRenderer();
            return (option, label, colors) -> keep(renderer.render(option, label, colors));
        }

        @Override
        public IParameterRenderer createDefaultParameterRenderer() {
            IParameterRenderer renderer = super.createDefaultParameterRenderer();
            return (parameter, label, colors) -> keep(renderer.render(parameter, label, colors));
        }

        /// Keeps examples whole in the last column, which describes.
        private static Ansi.Text[][] keep(Ansi.Text[][] rows) {
            for (Ansi.Text[] row : rows) {
                int last = row.length - 1;
                row[last] = Ansi.OFF.new Text(kept(row[last].plainString()));
            }
            return rows;
        }
    }
}
