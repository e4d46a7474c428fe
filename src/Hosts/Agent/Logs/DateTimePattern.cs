using System.Text;
using System.Text.RegularExpressions;

namespace Estiba.Agent.Logs;

/// <summary>A <c>strftime</c> format as a regular expression, for <c>awslogs-datetime-format</c>.</summary>
internal static class DateTimePattern
{
    public static string Of(string format)
    {
        var pattern = new StringBuilder();
        for (var index = 0; index < format.Length; index++)
        {
            if (format[index] == '%' && index + 1 < format.Length)
                pattern.Append(Field(format[++index]));
            else
                pattern.Append(Regex.Escape(format[index].ToString()));
        }

        return pattern.ToString();
    }

    private static string Field(char field) =>
        field switch
        {
            'a' => "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)",
            'A' => "(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day",
            'b' => "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)",
            'B' => "(?:January|February|March|April|May|June|July|August|September|October|November|December)",
            'd' => "(?:0[1-9]|[12][0-9]|3[01])",
            'f' => "[0-9]{6}",
            'H' => "(?:[01][0-9]|2[0-3])",
            'I' => "(?:0[1-9]|1[0-2])",
            'j' => "(?:[012][0-9]{2}|3[0-5][0-9]|36[0-6])",
            'L' => "\\.[0-9]{3}",
            'm' => "(?:0[1-9]|1[0-2])",
            'M' => "[0-5][0-9]",
            'p' => "[AP]M",
            'S' => "[0-5][0-9]",
            'w' => "[0-6]",
            'y' => "[0-9]{2}",
            'Y' => "[0-9]{4}",
            'z' => "[+-][0-9]{4}",
            'Z' => "[A-Z]{1,4}T",
            _ => Regex.Escape(field.ToString()),
        };
}
