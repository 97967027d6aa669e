# Replaces "digits" where it means numerals by "numerals", for scripts/fork.sh (sed -E): what is left is the
# project's name. A numeral that no rule finds gets the new name: the fork builds, but that text reads oddly.
# @project@ stands for the name where a later rule would find a numeral.
/digits/I!b
s/(call|run|fork)_digits/\1_@project@/g
s/(version|packages?|schemas?)( +)of digits/\1\2of @project@/g

s/([a-z])_digits/\1_numerals/g
s/\bdigits_(to_use|drawn|out_of)/numerals_\1/g
s/([a-z])Digits/\1Numerals/g
s/\bDigits ([a-z])/Numerals \1/g
# After a word that belongs to numerals, or before one.
s/(\b[Ss]ynthetic|\b[Dd]rawn|[Dd]rawing|[Dd]raws|handwritten|clear|clean|canonical|thin|wide|narrow|large|small|slanted|touching|enlarged|centred|odd|light|test|around|strokes,|[{][}]) digits\b/\1 numerals/g
s/\b(two|three|four|six|seven|ten|[0-9]+|[Ll]etters,|hexadecimal|significant|known|all|no|not|many|several|only|both|same|different|enough|other|first) digits\b/\1 numerals/g
s/\b(of|for|are|the|The|learn|cuts|into|finds|between|without|on|training|MNIST|[a-z]+'s|MNIST's) digits\b/\1 numerals/g
s/(`(count|classes)`) digits\b/\1 numerals/g
s/\bdigits (0 to 9|found|drawn|lean|are cut|without a|in |that result|the schema|side by|worse|use --size|cut out|of [0-9]|[(])/numerals \1/g
# A member, and the folder of fixtures.
s/([a-z)])\.digits([];,) ]|\[0|\[1|\.(size|begin|end|empty|push_back|back|front)\b)/\1.numerals\2/g
s/(DigitCrop>|std::string) digits( = "7")?;/\1 numerals\2;/g
s/(fixtures"?\/)digits/\1numerals/g
s/((root|fixtures\(\)|"0") \/ )"digits"/\1"numerals"/g
s/\bdigits(\/[0-9K*])/numerals\1/g
s/"digits"(, 1\)|, "photos)/"numerals"\1/g
