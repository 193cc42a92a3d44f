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

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;

/// The commands of `wings` that stand in the examples of help texts, as arguments.
final class HelpExamples {

    /// A word as a shell takes it, or what ends a command.
    private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|'([^']*)'|[|>)]|[^\\s|>()\"']+");

    private HelpExamples() {}

    static List<List<String>> of(CommandLine command) {
        String text = String.join("\n", command.getCommandSpec().usageMessage().footer())
                .replace("\\\n", " ");
        List<List<String>> examples = new ArrayList<>();
        for (String line : text.lines().toList()) {
            Matcher wings = Pattern.compile("(^  |[|(] ?)wings (?=[a-z])").matcher(line);
            // two blanks before an explanation are no part of the command
            if (wings.find() && !line.contains("COMMAND")) {
                examples.add(words(line.substring(wings.end()).replaceFirst("   +.*", "")));
            }
        }
        return examples;
    }

    private static List<String> words(String line) {
        List<String> words = new ArrayList<>();
        Matcher word = WORD.matcher(line);
        while (word.find() && !word.group().matches("[|>)]")) {
            words.add(word.group(1) != null ? word.group(1) : word.group(2) != null ? word.group(2) : word.group());
        }
        return words;
    }
}
