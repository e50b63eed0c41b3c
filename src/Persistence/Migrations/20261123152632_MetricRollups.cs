using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ConcatService.Persistence.Migrations
{
    /// <inheritdoc />
    public partial class MetricRollups : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropForeignKey(
                name: "fk_metrics_jobs_job_id",
                table: "metrics");

            migrationBuilder.DropForeignKey(
                name: "fk_metrics_metric_names_metric_id",
                table: "metrics");

            migrationBuilder.DropIndex(
                name: "ix_metrics_metric_id",
                table: "metrics");

            migrationBuilder.CreateTable(
                name: "metric_rollups",
                columns: table => new
                {
                    job_id = table.Column<Guid>(type: "uuid", nullable: false),
                    metric_id = table.Column<int>(type: "integer", nullable: false),
                    first_step = table.Column<long>(type: "bigint", nullable: false),
                    last_step = table.Column<long>(type: "bigint", nullable: false),
                    team_id = table.Column<int>(type: "integer", nullable: false),
                    low_step = table.Column<long>(type: "bigint", nullable: false),
                    low = table.Column<double>(type: "double precision", nullable: false),
                    high_step = table.Column<long>(type: "bigint", nullable: false),
                    high = table.Column<double>(type: "double precision", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_metric_rollups", x => new { x.job_id, x.metric_id, x.first_step });
                    table.ForeignKey(
                        name: "fk_metric_rollups_jobs_job_id",
                        column: x => x.job_id,
                        principalTable: "jobs",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "metric_rollups");

            migrationBuilder.CreateIndex(
                name: "ix_metrics_metric_id",
                table: "metrics",
                column: "metric_id");

            migrationBuilder.AddForeignKey(
                name: "fk_metrics_jobs_job_id",
                table: "metrics",
                column: "job_id",
                principalTable: "jobs",
                principalColumn: "id",
                onDelete: ReferentialAction.Cascade);

            migrationBuilder.AddForeignKey(
                name: "fk_metrics_metric_names_metric_id",
                table: "metrics",
                column: "metric_id",
                principalTable: "metric_names",
                principalColumn: "id",
                onDelete: ReferentialAction.Restrict);
        }
    }
}
