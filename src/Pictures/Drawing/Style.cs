namespace ConcatService.Pictures.Drawing;

/// <summary>The style sheet inside every picture: the reader's own theme decides between light and dark.</summary>
internal static class Style
{
    public const string Sheet = """
        text{font:12px system-ui,-apple-system,"Segoe UI","DejaVu Sans",sans-serif}
        .box{fill:#fff;stroke:#8a94a6;stroke-width:1.2}
        .input{fill:#eef2f7}
        .merge{fill:#e8f1ff;stroke:#1f6feb;stroke-width:1.6}
        .inserted{fill:#e7f8ee;stroke:#1a7f37;stroke-width:1.6;stroke-dasharray:5 3}
        .output{stroke:#1f6feb;stroke-width:2.2}
        .unknown{stroke-dasharray:3 3;fill:#f6f8fa}
        .opaque{stroke-dasharray:6 4;fill:#f6f8fa}
        .on-path{stroke:#cf222e}
        .blamed{fill:#fff5f4;stroke:#cf222e;stroke-width:2;stroke-dasharray:5 3}
        .broken{fill:#ffebe9;stroke:#cf222e;stroke-width:2.4;stroke-dasharray:none}
        .condition{fill:#fff8e1;stroke:#bf8700;stroke-width:2.4}
        .frame{fill:#8a94a6;fill-opacity:.08;stroke:#8a94a6;stroke-width:1.2}
        .dot{fill:#8a94a6}
        .edge{fill:none;stroke:#8a94a6;stroke-width:1.3}
        .edge.like{stroke-dasharray:2 4}
        .edge.loop{stroke-dasharray:6 3}
        .edge.bad{stroke:#cf222e;stroke-width:2}
        .head{fill:#8a94a6}
        .name{font-weight:600;fill:#1f2328}
        .prefix,.kind,.shape{fill:#59636e}
        .prefix,.shape,.reason,.when{font-size:11px}
        .prefix{font-weight:400}
        .reason,.shape.bad{fill:#a40e26}
        .when{fill:#7d4e00}
        .shape.bad{font-weight:600}
        @media (prefers-color-scheme:dark){
        .box{fill:#161b22;stroke:#768390}
        .input{fill:#21262d}
        .merge{fill:#122540;stroke:#4a8df8}
        .inserted{fill:#0f2a1a;stroke:#3fb950}
        .output{stroke:#4a8df8}
        .unknown,.opaque{fill:#0d1117}
        .on-path{stroke:#ff7b72}
        .blamed{fill:#2a1416;stroke:#ff7b72}
        .broken{fill:#3d1417;stroke:#ff7b72}
        .condition{fill:#2b2111;stroke:#d29922}
        .frame{fill:#768390;stroke:#768390}
        .edge{stroke:#768390}
        .edge.bad{stroke:#ff7b72}
        .dot,.head{fill:#768390}
        .name{fill:#e6edf3}
        .prefix,.kind,.shape{fill:#9198a1}
        .reason,.shape.bad{fill:#ffa198}
        .when{fill:#e3b341}
        }
        """;
}
