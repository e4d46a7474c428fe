using System.Globalization;
using System.Text;

namespace Estiba.Benchmarks.Scaling;

/// <summary>Panels one below the other over the same horizontal axis, as an image of SVG.</summary>
/// <param name="axis">What the horizontal axis counts.</param>
internal sealed class Plot(string axis)
{
    private const int Width = 860;
    private const int Left = 60;
    private const int Right = 20;
    private const int Top = 34;
    private const int Height = 150;
    private const int Gap = 52;
    private const int Lines = 4;

    private static readonly int[] NiceFactors = [1, 2, 5, 10];

    internal required IReadOnlyList<Panel> Panels { get; init; }

    /// <summary>The image.</summary>
    internal string Svg()
    {
        var end = Panels.Max(panel => panel.Curves.Max(curve => curve.Points.Max(point => point.X)));
        var height = Top + Panels.Count * (Height + Gap);
        var svg = new StringBuilder();
        svg.AppendLine(
            $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {height}\" "
                + "font-family=\"sans-serif\" font-size=\"12\" fill=\"#333\">"
        );
        svg.AppendLine($"<rect width=\"{Width}\" height=\"{height}\" fill=\"#fff\"/>");
        for (var i = 0; i < Panels.Count; i++)
            Draw(svg, Panels[i], Top + i * (Height + Gap), end, isLast: i == Panels.Count - 1);
        return svg.AppendLine("</svg>").ToString();
    }

    private void Draw(StringBuilder svg, Panel panel, int top, double end, bool isLast)
    {
        var step = NiceStep(panel.Curves.Max(curve => curve.Points.Max(point => point.Y)) / Lines);
        var most = step * (Lines + 1);
        double X(double x) => Left + x / end * (Width - Left - Right);
        double Y(double y) => top + Height - y / most * Height;

        Text(svg, Left, top - 10, panel.Title, "start", bold: true);
        var key = (double)Width - Right;
        foreach (var curve in panel.Curves.Reverse())
        {
            Text(svg, key, top - 10, curve.Name, "end");
            key -= 7 * curve.Name.Length + 24;
            Line(svg, (key, top - 14), (key + 16, top - 14), curve.Colour, 3);
            key -= 12;
        }

        for (var line = 0; line <= Lines + 1; line++)
        {
            Line(svg, (Left, Y(line * step)), (Width - Right, Y(line * step)), "#e6e6e6", 1);
            Text(svg, Left - 8, Y(line * step) + 4, (line * step).ToString("N0", CultureInfo.InvariantCulture), "end");
        }

        for (var hour = 0; hour <= end; hour++)
        {
            Line(svg, (X(hour), top + Height), (X(hour), top + Height + 4), "#999", 1);
            Text(svg, X(hour), top + Height + 18, $"{hour}", "middle");
        }

        if (isLast)
            Text(svg, Width - Right, top + Height + 34, axis, "end");
        foreach (var curve in panel.Curves)
            svg.AppendLine(
                $"<polyline fill=\"none\" stroke=\"{curve.Colour}\" stroke-width=\"1.6\" points=\""
                    + string.Join(' ', curve.Points.Select(point => $"{Number(X(point.X))},{Number(Y(point.Y))}"))
                    + "\"/>"
            );
    }

    private static void Line(
        StringBuilder svg,
        (double X, double Y) from,
        (double X, double Y) to,
        string colour,
        int width
    ) =>
        svg.AppendLine(
            $"<line x1=\"{Number(from.X)}\" y1=\"{Number(from.Y)}\" x2=\"{Number(to.X)}\" y2=\"{Number(to.Y)}\" "
                + $"stroke=\"{colour}\" stroke-width=\"{width}\"/>"
        );

    private static void Text(StringBuilder svg, double x, double y, string text, string anchor, bool bold = false) =>
        svg.AppendLine(
            $"<text x=\"{Number(x)}\" y=\"{Number(y)}\" text-anchor=\"{anchor}\""
                + $"{(bold ? " font-weight=\"bold\"" : "")}>{text}</text>"
        );

    /// <summary>The next of 1, 2 and 5 times a power of ten.</summary>
    private static double NiceStep(double least)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(least)));
        return power * NiceFactors.First(factor => factor * power >= least);
    }

    private static string Number(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);
}

/// <summary>One part of a plot, with a vertical axis of its own that begins at zero.</summary>
/// <param name="Title">What its vertical axis counts.</param>
/// <param name="Curves">What is in it.</param>
internal sealed record Panel(string Title, IReadOnlyList<Curve> Curves);

/// <summary>A line in a panel.</summary>
/// <param name="Name">What it tells.</param>
/// <param name="Points">Its points, from left to right.</param>
/// <param name="Colour">As SVG has it.</param>
internal sealed record Curve(string Name, IReadOnlyList<(double X, double Y)> Points, string Colour);
