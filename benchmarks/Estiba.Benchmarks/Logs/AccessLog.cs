namespace Estiba.Benchmarks.Logs;

/// <summary>Lines as nginx writes them, each a little different, the same at every run.</summary>
internal static class AccessLog
{
    private static readonly string[] Paths =
    [
        "/",
        "/index.html",
        "/api/orders",
        "/api/users/42",
        "/static/app.js",
        "/favicon.ico",
    ];

    internal static string Line(long number)
    {
        var mixed = (ulong)number * 0x9E3779B97F4A7C15;
        var status =
            (mixed >> 20)
            % 100 switch
            {
                < 90 => 200,
                < 97 => 404,
                < 99 => 304,
                _ => 503,
            };
        return $"10.0.{mixed >> 60}.{(mixed >> 50) & 255} - - "
            + $"[01/Mar/2026:12:{number / 60_000 % 60:00}:{number / 1000 % 60:00} +0000] "
            + $"\"GET {Paths[(mixed >> 40) % 6]} HTTP/1.1\" {status} {(mixed >> 30) & 8191} \"-\" \"curl/8.5.0\" "
            + $"{mixed & 0xffffffff:x8}";
    }

    internal static string Json(long number) =>
        $$"""{"time":{{number}},"level":"{{(number % 50 == 0 ? "error" : "info")}}","request":{"path":"{{Paths[number % 6]}}","status":{{(number % 50 == 0 ? 503 : 200)}},"ms":{{number % 977}}},"message":"served a request"}""";
}
